package io.mothership.json;

/** A text that is not JSON or exceeds a limit; the message is for the client. */
public final class JsonSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int offset;

  /**
   * @param offset of the byte at which it shows
   */
  JsonSyntaxException(final String message, final int offset) {
    super(message, null, false, false);
    this.offset = offset;
  }

  /** Of the byte at which it shows. */
  public int offset() {
    return offset;
  }
}
