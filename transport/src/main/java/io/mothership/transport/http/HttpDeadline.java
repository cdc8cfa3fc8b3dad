package io.mothership.transport.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * First in the pipeline: tells the connection that bytes came, also those that make no message yet.
 */
final class HttpDeadline extends ChannelInboundHandlerAdapter {
  private final HttpConnection connection;

  HttpDeadline(final HttpConnection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(final ChannelHandlerContext context, final Object message) {
    connection.onBytes();
    context.fireChannelRead(message);
  }
}
