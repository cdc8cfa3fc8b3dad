package io.mothership.alien;

/** What stops an Alien, with a reason that a program can act on. */
public final class AlienException extends RuntimeException {

  /** Who or what has to change before the same call can succeed. */
  public enum Reason {
    /** No answer from the server: try again later. */
    UNREACHABLE,
    /** The server does not accept the token. */
    UNAUTHORIZED,
    /** The server understood and said no. */
    REFUSED,
    /** The state file cannot be read, or does not hold a registration. */
    STATE,
    /** A file to replay cannot be read. */
    RECORDING
  }

  private static final long serialVersionUID = 1L;

  private final Reason reason;

  AlienException(final Reason reason, final String message) {
    super(message);
    this.reason = reason;
  }

  AlienException(final Reason reason, final String message, final Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
