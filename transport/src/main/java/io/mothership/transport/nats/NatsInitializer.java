package io.mothership.transport.nats;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/**
 * Gives each accepted socket its two handlers; with TLS a third in front, as soon as INFO has gone
 * out in the clear.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
final class NatsInitializer extends ChannelInitializer<Channel> {
  private final NatsContext context;

  NatsInitializer(final NatsContext context) {
    this.context = context;
  }

  @Override
  protected void initChannel(final Channel channel) {
    final NatsConnection connection = new NatsConnection(context, channel);
    channel.pipeline().addLast(connection.decoder(), connection);
    context.config().tls().ifPresent(tls -> channel.pipeline().addLast(upgrade(tls)));
  }

  private ChannelInboundHandlerAdapter upgrade(final SslContext tls) {
    final long patienceMs = context.config().tlsPatienceMs();
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelActive(final ChannelHandlerContext handler) {
        final SslHandler ssl = tls.newHandler(handler.alloc());
        ssl.setHandshakeTimeoutMillis(patienceMs);
        handler.pipeline().addFirst(ssl);
        handler.pipeline().remove(this);
      }
    };
  }
}
