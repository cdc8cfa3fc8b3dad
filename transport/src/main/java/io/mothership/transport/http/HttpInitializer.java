package io.mothership.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;

/** Builds the pipeline of a new connection: TLS if so, deadline, decoder, encoder, connection. */
final class HttpInitializer extends ChannelInitializer<Channel> {
  private final HttpListener listener;

  HttpInitializer(final HttpListener listener) {
    this.listener = listener;
  }

  @Override
  protected void initChannel(final Channel channel) {
    channel.config().setAutoRead(false);
    final HttpConfig config = listener.config();
    final HttpConnection connection = new HttpConnection(listener);
    final ChannelPipeline pipeline = channel.pipeline();
    if (config.tls().isPresent()) {
      final SslHandler tls = config.tls().get().newHandler(channel.alloc());
      tls.setHandshakeTimeoutMillis(config.times().readTimeoutMs());
      pipeline.addLast(tls);
    }
    pipeline.addLast(
        new HttpDeadline(connection),
        new RequestDecoder(config.sizes()),
        new ResponseEncoder(connection),
        connection);
  }
}
