package io.mothership.stream;

/** A request that is refused: one row of {@link ApiErrors} with its text filled in. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final int errorCode;

  ApiException(final int code, final int errorCode, final String description) {
    super(description, null, false, false);
    this.code = code;
    this.errorCode = errorCode;
  }

  /** HTTP-like class of the error. */
  int code() {
    return code;
  }

  int errorCode() {
    return errorCode;
  }

  String description() {
    return getMessage();
  }
}
