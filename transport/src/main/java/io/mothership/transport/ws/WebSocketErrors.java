package io.mothership.transport.ws;

/** Every way this head ends a WebSocket, with its close code of RFC 6455, section 7.4. */
public enum WebSocketErrors {
  NORMAL(1000, ""),
  STOPPING(1001, "the server is stopping"),
  PROTOCOL(1002, "protocol error"),
  BINARY_UNSUPPORTED(1003, "only text is understood here"),
  NOT_UTF8(1007, "invalid UTF-8"),
  TOO_LARGE(1009, "message too large"),
  SESSION_FAILED(1011, "internal error"),
  /** The client is gone: nobody would read a close frame. */
  SILENT(1006, "no answer to pings"),
  /** The client said good-bye first. */
  CLIENT(1000, ""),
  /** The connection broke. */
  GONE(1006, "connection closed");

  private final int code;
  private final String text;

  WebSocketErrors(final int code, final String text) {
    this.code = code;
    this.text = text;
  }

  public int code() {
    return code;
  }

  public String text() {
    return text;
  }
}
