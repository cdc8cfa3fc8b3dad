package io.mothership.transport.nats;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.function.Supplier;

/**
 * Gives each accepted socket its two handlers; with TLS a third in front, as soon as INFO has gone
 * out in the clear.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
final class NatsInitializer extends ChannelInitializer<Channel> {
  private final Supplier<NatsContext> latest;

  /**
   * @param latest asked for each connection
   */
  NatsInitializer(final Supplier<NatsContext> latest) {
    this.latest = latest;
  }

  @Override
  protected void initChannel(final Channel channel) {
    final NatsContext context = latest.get();
    final NatsConnection connection = new NatsConnection(context, channel);
    channel.pipeline().addLast(connection.decoder(), connection);
    final long patienceMs = context.config().tlsPatienceMs();
    context.config().tls().ifPresent(tls -> channel.pipeline().addLast(upgrade(tls, patienceMs)));
  }

  private static ChannelInboundHandlerAdapter upgrade(final SslContext tls, final long patienceMs) {
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
