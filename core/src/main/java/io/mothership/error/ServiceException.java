package io.mothership.error;

import java.util.Map;

/**
 * Why a service did not do what it was asked, for whoever asked; the door renders it.
 *
 * <p>It is an answer, not a failure of the appliance: it has no stack trace.
 */
public final class ServiceException extends RuntimeException {

  /** What kind of answer it is. */
  public enum Kind {
    /** The request cannot be understood, or breaks a rule. */
    INVALID,
    /** It is not known who asks. */
    UNAUTHENTICATED,
    /** Whoever asks may not do this. */
    FORBIDDEN,
    NOT_FOUND,
    /** It does not go with what is there. */
    CONFLICT,
    /** What was there is no longer what the caller has seen. */
    PRECONDITION,
    TOO_LARGE,
    RATE_LIMITED,
    /** The same may succeed later. */
    UNAVAILABLE,
    /** The appliance's own fault. */
    FAILED
  }

  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String code;
  private final transient Map<String, ?> details;

  /**
   * @param code upper-case snake case, for programs
   * @param message what, limit, actual; hostile text cut and escaped
   * @param details what a program may want to know besides
   */
  public ServiceException(
      final Kind kind, final String code, final String message, final Map<String, ?> details) {
    super(message, null, false, false);
    this.kind = kind;
    this.code = code;
    this.details = Map.copyOf(details);
  }

  public ServiceException(final Kind kind, final String code, final String message) {
    this(kind, code, message, Map.of());
  }

  public Kind kind() {
    return kind;
  }

  public String code() {
    return code;
  }

  public Map<String, ?> details() {
    return details;
  }
}
