package io.mothership.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;

/** Builds the pipeline of a new connection: deadline, codec, connection. */
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
    pipeline.addLast(new HttpDeadline(connection));
    pipeline.addLast(
        new HttpServerCodec(
            new HttpDecoderConfig()
                .setMaxInitialLineLength(config.sizes().lineBytesMax())
                .setMaxHeaderSize(config.sizes().headerBytesMax())));
    pipeline.addLast(connection);
  }
}
