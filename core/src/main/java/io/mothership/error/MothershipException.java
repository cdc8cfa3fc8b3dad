package io.mothership.error;

/** An error with a stable code, for people and programs; never used for flow on the hot path. */
public class MothershipException extends RuntimeException {

  /** Who has to act. */
  public enum Category {
    /** The caller sent something that cannot be accepted. */
    INPUT,
    /** The configuration is wrong. */
    CONFIGURATION,
    /** A limit was reached; the same call may succeed later. */
    CAPACITY,
    /** Something that is needed does not answer or work; the same call may succeed later. */
    UNAVAILABLE,
    /** Stored data is damaged. */
    CORRUPTION,
    /** The disk, the network or another machine failed. */
    ENVIRONMENT
  }

  private static final long serialVersionUID = 1L;

  private final Category category;
  private final String code;

  public MothershipException(final Category category, final String code, final String message) {
    super(message);
    this.category = category;
    this.code = code;
  }

  public MothershipException(
      final Category category, final String code, final String message, final Throwable cause) {
    super(message, cause);
    this.category = category;
    this.code = code;
  }

  public Category category() {
    return category;
  }

  /** Upper-case snake case, e.g. {@code JOURNAL_LOCKED}. */
  public String code() {
    return code;
  }
}
