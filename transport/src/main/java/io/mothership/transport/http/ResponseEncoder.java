package io.mothership.transport.http;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's encoder, which leaves out the body of answers to HEAD. */
final class ResponseEncoder extends HttpResponseEncoder {
  private final HttpConnection connection;

  ResponseEncoder(final HttpConnection connection) {
    this.connection = connection;
  }

  @Override
  protected boolean isContentAlwaysEmpty(final HttpResponse response) {
    return super.isContentAlwaysEmpty(response) || connection.isHead();
  }
}
