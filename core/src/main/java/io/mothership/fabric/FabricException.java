package io.mothership.fabric;

import io.mothership.error.MothershipException;

/**
 * Why the fabric did not do what it was asked; where JetStream refused, with its own {@code
 * err_code} and text.
 */
public final class FabricException extends MothershipException {
  private static final long serialVersionUID = 1L;

  /** What kind of refusal it is; its name's text is the {@link #code}. */
  public enum Refusal {
    /** No stream keeps the subject, or there is none of that name. */
    NO_STREAM(Category.INPUT, "NO_STREAM", false),
    /** Nobody listens on the subject. */
    NO_RESPONDERS(Category.ENVIRONMENT, "NO_RESPONDERS", false),
    /** There is no such consumer, bucket or message. */
    NOT_FOUND(Category.INPUT, "NOT_FOUND", false),
    /** It is not at the sequence or revision that was expected, or there already. */
    CONFLICT(Category.INPUT, "CONFLICT", true),
    TOO_LARGE(Category.INPUT, "MESSAGE_TOO_LARGE", true),
    /** Not what the fabric can be asked, e.g. a key that cannot be a subject. */
    INVALID(Category.INPUT, "INVALID", true),
    /** Whoever asks may not. */
    DENIED(Category.INPUT, "DENIED", true),
    /** The stream refused it for any other reason, mostly a limit that was reached. */
    PUBLISH_REFUSED(Category.CAPACITY, "PUBLISH_REFUSED", false),
    /** The JetStream API refused it for any other reason. */
    REFUSED(Category.CAPACITY, "REFUSED", false),
    BUSY(Category.CAPACITY, "FABRIC_BUSY", false),
    TIMEOUT(Category.UNAVAILABLE, "FABRIC_TIMEOUT", false),
    CLOSED(Category.ENVIRONMENT, "FABRIC_CLOSED", false);

    private final Category category;
    private final String code;
    private final boolean isLasting;

    Refusal(final Category category, final String code, final boolean isLasting) {
      this.category = category;
      this.code = code;
      this.isLasting = isLasting;
    }
  }

  private final Refusal refusal;
  private final int errorCode;

  public FabricException(final Refusal refusal, final String message) {
    this(refusal, 0, message);
  }

  /**
   * @param errorCode JetStream's {@code err_code}, 0 if it is not its refusal
   */
  public FabricException(final Refusal refusal, final int errorCode, final String message) {
    super(refusal.category, refusal.code, message);
    this.refusal = refusal;
    this.errorCode = errorCode;
  }

  /**
   * What JetStream answered.
   *
   * @param errorCode {@code err_code}
   * @param otherwise what it is unless the code says more
   */
  static FabricException of(final int errorCode, final String text, final Refusal otherwise) {
    return new FabricException(
        switch (errorCode) {
          case 10054, 10097 -> Refusal.TOO_LARGE;
          case 10060, 10070, 10071, 10058, 10148, 10164 -> Refusal.CONFLICT;
          case 10059 -> Refusal.NO_STREAM;
          case 10014, 10037, 10043 -> Refusal.NOT_FOUND;
          default -> otherwise;
        },
        errorCode,
        text);
  }

  public Refusal refusal() {
    return refusal;
  }

  /** JetStream's {@code err_code}, 0 if it is not its refusal. */
  public int errorCode() {
    return errorCode;
  }

  /** Whether the same call can never succeed. */
  public boolean isLasting() {
    return refusal.isLasting;
  }
}
