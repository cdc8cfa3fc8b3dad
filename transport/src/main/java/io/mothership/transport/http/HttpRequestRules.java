package io.mothership.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Locale;
import java.util.Optional;

/** What can be said of a request by its head alone. */
final class HttpRequestRules {
  private HttpRequestRules() {}

  /** Why a request is none that this head understands; empty if it does. */
  static Optional<HttpErrors> fault(final HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      final Throwable cause = request.decoderResult().cause();
      final boolean isTooLong =
          cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException;
      return Optional.of(isTooLong ? HttpErrors.HEADERS_TOO_LARGE : HttpErrors.MALFORMED);
    }
    final HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1 || version.minorVersion() > 1) {
      return Optional.of(HttpErrors.VERSION);
    }
    if (version.equals(HttpVersion.HTTP_1_1) && !request.headers().contains(HttpHeaderNames.HOST)) {
      return Optional.of(HttpErrors.HOST_MISSING);
    }
    // Which of several counts would be decided differently by whoever stands in between.
    if (request.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
      return Optional.of(HttpErrors.MALFORMED);
    }
    if (request.headers().contains(HttpHeaderNames.EXPECT)
        && !HttpUtil.is100ContinueExpected(request)) {
      return Optional.of(HttpErrors.EXPECTATION);
    }
    return Optional.empty();
  }

  /** Whether bytes of a body follow the head. */
  static boolean hasBody(final HttpRequest request) {
    return HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) > 0;
  }

  /** Why a route does not take the body that a head announces; empty if it does. */
  static Optional<HttpErrors> bodyFault(
      final HttpRequest request, final BodyRule rule, final HttpConfig.Sizes sizes) {
    if (HttpUtil.getContentLength(request, 0L) > rule.bytesMax(sizes)) {
      return Optional.of(HttpErrors.BODY_TOO_LARGE);
    }
    return isPlain(request) || rule.isGzipAccepted() && isGzip(request)
        ? Optional.empty()
        : Optional.of(HttpErrors.ENCODING);
  }

  private static boolean isPlain(final HttpRequest request) {
    final String encoding = encoding(request);
    return encoding.isEmpty() || encoding.equals("identity");
  }

  static boolean isGzip(final HttpRequest request) {
    final String encoding = encoding(request);
    return encoding.equals("gzip") || encoding.equals("x-gzip");
  }

  private static String encoding(final HttpRequest request) {
    return String.join(",", request.headers().getAll(HttpHeaderNames.CONTENT_ENCODING))
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  /** The path and query of a target that may also be a whole URI. */
  static String originForm(final String uri) {
    final int scheme = uri.indexOf("://");
    if (uri.startsWith("/") || scheme < 0) {
      return uri;
    }
    final int path = uri.indexOf('/', scheme + 3);
    return path < 0 ? "/" : uri.substring(path);
  }

  /** A request without a body in one piece, as other protocols take it over. */
  static FullHttpRequest whole(final HttpRequest request) {
    return new DefaultFullHttpRequest(
        request.protocolVersion(),
        request.method(),
        request.uri(),
        Unpooled.EMPTY_BUFFER,
        request.headers(),
        request.headers().copy().clear());
  }

  static boolean asksForUpgrade(final HttpRequest request) {
    final HttpHeaders headers = request.headers();
    return headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
        && "13".equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION));
  }
}
