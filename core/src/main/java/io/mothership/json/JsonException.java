package io.mothership.json;

/** Text that is not JSON, exceeds a bound, or holds another type than was asked for. */
public final class JsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public JsonException(final String message) {
    super(message, null, false, false);
  }
}
