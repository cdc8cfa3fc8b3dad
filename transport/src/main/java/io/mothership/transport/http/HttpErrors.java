package io.mothership.transport.http;

import java.nio.charset.StandardCharsets;

/** Every way this head itself refuses a request or ends a connection. */
public enum HttpErrors {
  MALFORMED(400, "INVALID_REQUEST", "malformed HTTP request", End.CLOSE),
  BAD_TARGET(400, "INVALID_REQUEST", "malformed request target", End.STAY),
  HOST_MISSING(400, "INVALID_REQUEST", "missing Host header", End.CLOSE),
  ENCODING_BROKEN(400, "INVALID_REQUEST", "request body is not valid gzip", End.STAY),
  FOREIGN_HOST(403, "FOREIGN_HOST", "not served under this Host; http.hosts names more", End.CLOSE),
  FOREIGN_ORIGIN(
      403,
      "FOREIGN_ORIGIN",
      "not for pages of this origin; http.cors_origins names more",
      End.STAY),
  NOT_FOUND(404, "NOT_FOUND", "404 page not found", End.STAY),
  METHOD_NOT_ALLOWED(405, "METHOD_NOT_ALLOWED", "Method not allowed", End.STAY),
  READ_TIMEOUT(408, "REQUEST_TIMEOUT", "request took too long to arrive", End.CLOSE),
  BODY_TOO_LARGE(413, "REQUEST_TOO_LARGE", "request body too large", End.CLOSE),
  ENCODING(415, "UNSUPPORTED_ENCODING", "this Content-Encoding is not understood here", End.STAY),
  EXPECTATION(417, "EXPECTATION_FAILED", "unsupported expectation", End.CLOSE),
  UPGRADE_REQUIRED(426, "UPGRADE_REQUIRED", "this route is a WebSocket", End.STAY),
  HEADERS_TOO_LARGE(431, "HEADERS_TOO_LARGE", "request line or headers too large", End.CLOSE),
  HANDLER_FAILED(500, "INTERNAL_ERROR", "internal error", End.STAY),
  CONNECTIONS_MAX(503, "TOO_MANY_CONNECTIONS", "too many connections", End.CLOSE),
  /** One address has its share, and none of its connections is idle. */
  ADDRESS_MAX(503, "TOO_MANY_CONNECTIONS", "too many connections from this address", End.CLOSE),
  /** All bodies being read or answered together: what strangers can make the process hold. */
  BODIES_MAX(503, "TOO_BUSY", "too many request bodies at once", End.CLOSE),
  STOPPING(503, "STOPPING", "the server is stopping", End.CLOSE),
  VERSION(505, "HTTP_VERSION", "HTTP version not supported", End.CLOSE),
  /** No answer is possible any more: the client does not take the bytes. */
  WRITE_STALLED(0, "WRITE_STALLED", "the client does not read", End.CLOSE),
  /** A mistake of ours: nothing is known about the state of the connection. */
  INTERNAL(0, "INTERNAL", "the connection's handler failed", End.CLOSE),
  /** Neither side knows what the other one says. */
  TLS_FAILED(0, "TLS_FAILED", "no TLS session came about", End.CLOSE),
  /** It was waiting longest when somebody else needed a place. */
  EVICTED(0, "EVICTED", "closed for a newer connection", End.CLOSE),
  /** No answer is due: nothing was asked. */
  IDLE(0, "IDLE", "idle for too long", End.CLOSE);

  private final int status;
  private final String code;
  private final String text;
  private final End end;

  HttpErrors(final int status, final String code, final String text, final End end) {
    this.status = status;
    this.code = code;
    this.text = text;
    this.end = end;
  }

  /** 0 if the connection ends without an answer. */
  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public String text() {
    return text;
  }

  boolean isClosing() {
    return end == End.CLOSE;
  }

  /** The answer in the contract's envelope. */
  public HttpResponse response() {
    if (this == NOT_FOUND) {
      return HttpResponse.of(
              status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8))
          .withHeader("X-Content-Type-Options", "nosniff");
    }
    final String envelope =
        "{\"success\":false,\"error\":{\"code\":\"" + code + "\",\"message\":\"" + text + "\"}}\n";
    return HttpResponse.of(status, HttpResponse.JSON, envelope.getBytes(StandardCharsets.UTF_8));
  }

  private enum End {
    STAY,
    CLOSE
  }
}
