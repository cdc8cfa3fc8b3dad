package io.mothership.jetstream.model;

import io.mothership.json.JsonText;

/** A request that is refused: one row of {@link ApiErrors} with its text filled in. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final int errorCode;

  public ApiException(final int code, final int errorCode, final String description) {
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

  /** Writes the member {@code error} of an open object. */
  public void write(final JsonText json) {
    json.object("error").member("code", code);
    json.memberIfAny("err_code", errorCode);
    json.member("description", description()).end();
  }
}
