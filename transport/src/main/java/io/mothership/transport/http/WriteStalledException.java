package io.mothership.transport.http;

import java.io.IOException;

/** The client took no bytes for longer than the write timeout. */
final class WriteStalledException extends IOException {
  private static final long serialVersionUID = 1L;

  WriteStalledException() {
    super("the client does not read");
  }
}
