package io.mothership.transport.nats;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.util.concurrent.TimeUnit;

/**
 * Moves what an outbox holds to the socket, as far as the socket takes it, and ends the connection
 * when the last line is out or nothing moves any more.
 *
 * <p><i>Thread:</i> the connection's event loop. <i>Allocates:</i> nothing per message.
 */
final class OutboxDrain implements NatsOutbox.Transmitter {
  private final NatsConnection connection;
  private final Channel channel;
  private final long writeDeadlineMs;
  private final long farewellMs;
  private boolean isWatched;
  private boolean isEnded;

  OutboxDrain(
      final NatsConnection connection,
      final Channel channel,
      final long writeDeadlineMs,
      final long farewellMs) {
    this.connection = connection;
    this.channel = channel;
    this.writeDeadlineMs = writeDeadlineMs;
    this.farewellMs = farewellMs;
  }

  @Override
  public void transmit(final NatsOutbox outbox) {
    if (isEnded) {
      return;
    }
    if (!channel.isActive()) {
      outbox.discardAll();
      return;
    }
    boolean hasWritten = false;
    while (channel.isWritable()) {
      // Asked before the look for chunks: what was sent before the farewell is then among them.
      final boolean isFarewell = outbox.isFarewellSent();
      final OutboxChunk chunk = outbox.poll();
      if (chunk == null) {
        if (isFarewell) {
          end(NatsErrors.SERVER_SHUTDOWN.line());
          return;
        }
        break;
      }
      channel.write(chunk, channel.voidPromise());
      hasWritten = true;
    }
    if (hasWritten) {
      channel.flush();
    }
    if (!channel.isWritable()) {
      watch(outbox);
    }
  }

  @Override
  public void onDispatcherClose(final NatsErrors error) {
    connection.onDispatcherClose(error);
  }

  @Override
  public void onRefusal(final NatsErrors error) {
    connection.onRefusal(error);
  }

  /** Sends what waits and closes. */
  void finish(final NatsOutbox outbox) {
    transmit(outbox);
    end(NatsErrors.SERVER_SHUTDOWN.line());
  }

  /** Cuts the backlog at the next message and says why. */
  void endSlow(final NatsOutbox outbox) {
    if (isEnded) {
      return;
    }
    boolean isAtBoundary = false;
    OutboxChunk chunk = outbox.poll();
    while (chunk != null && !isAtBoundary) {
      final int boundary = chunk.firstBoundary();
      isAtBoundary = boundary != OutboxChunk.NO_BOUNDARY;
      if (isAtBoundary) {
        chunk.writerIndex(boundary);
      }
      channel.write(chunk, channel.voidPromise());
      chunk = isAtBoundary ? null : outbox.poll();
    }
    end(NatsErrors.SLOW_CONSUMER.line());
  }

  /** Writes the last bytes and closes when they are out, or when that takes too long. */
  void end(final byte[] lastWords) {
    if (isEnded) {
      return;
    }
    isEnded = true;
    final ChannelFuture written = channel.writeAndFlush(Unpooled.wrappedBuffer(lastWords));
    written.addListener(ChannelFutureListener.CLOSE);
    if (!written.isDone()) {
      channel.eventLoop().schedule(this::closeNow, farewellMs, TimeUnit.MILLISECONDS);
    }
  }

  private void closeNow() {
    channel.close();
  }

  /** Ends the connection if the socket takes nothing for the length of the write deadline. */
  private void watch(final NatsOutbox outbox) {
    if (!isWatched) {
      isWatched = true;
      final long released = outbox.releasedBytes();
      channel
          .eventLoop()
          .schedule(() -> onWatch(outbox, released), writeDeadlineMs, TimeUnit.MILLISECONDS);
    }
  }

  private void onWatch(final NatsOutbox outbox, final long releasedThen) {
    isWatched = false;
    if (channel.isActive() && !channel.isWritable()) {
      if (outbox.releasedBytes() == releasedThen) {
        connection.onWriteDeadline();
      } else {
        watch(outbox);
      }
    }
  }
}
