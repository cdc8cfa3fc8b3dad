package io.mothership.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/** Makes Netty's responses of ours, with the headers that every answer has. */
final class HttpResponseHead {
  private HttpResponseHead() {}

  static FullHttpResponse whole(
      final HttpResponse response, final boolean isLast, final String allowedOrigin) {
    final FullHttpResponse made =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            Unpooled.wrappedBuffer(response.body()));
    if (response.status() != HttpResponseStatus.NO_CONTENT.code()
        && response.status() != HttpResponseStatus.NOT_MODIFIED.code()) {
      HttpUtil.setContentLength(made, response.body().length);
    }
    addHeaders(made.headers(), response, isLast, allowedOrigin);
    return made;
  }

  static DefaultHttpResponse streaming(
      final HttpResponse response,
      final boolean isChunked,
      final boolean isLast,
      final String allowedOrigin) {
    final DefaultHttpResponse made =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
    if (isChunked) {
      made.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    addHeaders(made.headers(), response, isLast, allowedOrigin);
    return made;
  }

  private static void addCors(final HttpHeaders headers, final String allowedOrigin) {
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowedOrigin);
    if (!allowedOrigin.equals(OriginPolicy.ANY)) {
      headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, DELETE, OPTIONS");
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Authorization");
    headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "86400");
  }

  private static void addHeaders(
      final HttpHeaders headers,
      final HttpResponse response,
      final boolean isLast,
      final String allowedOrigin) {
    if (!response.contentType().isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
    }
    if (!allowedOrigin.isEmpty()) {
      addCors(headers, allowedOrigin);
    }
    for (final HttpResponse.Header header : response.headers()) {
      if (header.name().equalsIgnoreCase("Vary") || header.name().equalsIgnoreCase("Set-Cookie")) {
        headers.add(header.name(), header.value());
      } else {
        headers.set(header.name(), header.value());
      }
    }
    if (isLast) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
