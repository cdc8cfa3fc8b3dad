package io.mothership.api;

/** A request that is answered with an error envelope. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  public ApiException(final int status, final String code, final String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  public static ApiException invalid(final String message) {
    return new ApiException(400, "VALIDATION", message);
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }
}
