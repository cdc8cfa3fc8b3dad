package io.mothership.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/** Ends a connection such that its client gets the last answer. */
final class HttpFarewell {
  private HttpFarewell() {}

  /**
   * Half-closes and reads away what the client still sends: closing at once with unread bytes would
   * reset the connection, and the client might lose the answer. Event loop; the caller closes.
   */
  static void begin(final Channel channel) {
    final SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound().addListener(said -> halfClose(channel));
    } else {
      halfClose(channel);
    }
    channel.config().setAutoRead(true);
  }

  private static void halfClose(final Channel channel) {
    if (channel instanceof final SocketChannel socket) {
      socket.shutdownOutput();
    }
  }
}
