package io.mothership.transport.http;

import java.io.IOException;

/** A body that is not, or no longer, taken; the reason is the answer unless the handler has one. */
final class BodyRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final HttpErrors reason;

  BodyRefusedException(final HttpErrors reason) {
    super(reason.text());
    this.reason = reason;
  }

  HttpErrors reason() {
    return reason;
  }
}
