package io.mothership.json;

/** A text that is not JSON or exceeds a limit; the message is for the client. */
public final class JsonSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonSyntaxException(final String message) {
    super(message, null, false, false);
  }
}
