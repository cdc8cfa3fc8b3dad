package io.mothership.transport.http;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * Netty's decoder, but for one liberty: what has both a length and chunks is no request, as whoever
 * stands in between may have believed the other one (RFC 9112, section 6.1).
 */
final class RequestDecoder extends HttpRequestDecoder {
  RequestDecoder(final HttpConfig.Sizes sizes) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(sizes.lineBytesMax())
            .setMaxHeaderSize(sizes.headerBytesMax()));
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(final HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }
}
