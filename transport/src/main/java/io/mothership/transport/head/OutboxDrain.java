package io.mothership.transport.head;

import io.mothership.bus.Outbox;
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
public final class OutboxDrain implements ChunkedOutbox.Transmitter {
  private final Owner owner;
  private final Channel channel;
  private final long writeDeadlineMs;
  private final long farewellMs;
  private final byte[] lastWords;
  private boolean isWatched;
  private boolean isEnded;

  /**
   * @param writeDeadlineMs time in which the client has to take some of what waits for it
   * @param farewellMs time in which it has to take the last bytes
   * @param lastWords what is said at an end that has no words of its own
   */
  public OutboxDrain(
      final Owner owner,
      final Channel channel,
      final long writeDeadlineMs,
      final long farewellMs,
      final byte[] lastWords) {
    this.owner = owner;
    this.channel = channel;
    this.writeDeadlineMs = writeDeadlineMs;
    this.farewellMs = farewellMs;
    this.lastWords = lastWords;
  }

  @Override
  public void transmit(final ChunkedOutbox outbox) {
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
          end(lastWords);
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
  public void onDispatcherClose(final Outbox.CloseReason reason) {
    owner.onDispatcherClose(reason);
  }

  /** Sends what waits and closes. */
  public void finish(final ChunkedOutbox outbox) {
    transmit(outbox);
    end(lastWords);
  }

  /** Cuts the backlog at the next message and says why. */
  public void endSlow(final ChunkedOutbox outbox, final byte[] why) {
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
    end(why);
  }

  /** Writes the last bytes and closes when they are out, or when that takes too long. */
  public void end(final byte[] words) {
    if (isEnded) {
      return;
    }
    isEnded = true;
    final ChannelFuture written = channel.writeAndFlush(Unpooled.wrappedBuffer(words));
    written.addListener(ChannelFutureListener.CLOSE);
    if (!written.isDone()) {
      channel.eventLoop().schedule(this::closeNow, farewellMs, TimeUnit.MILLISECONDS);
    }
  }

  private void closeNow() {
    channel.close();
  }

  /** Ends the connection if the socket takes nothing for the length of the write deadline. */
  private void watch(final ChunkedOutbox outbox) {
    if (!isWatched) {
      isWatched = true;
      final long released = outbox.releasedBytes();
      channel
          .eventLoop()
          .schedule(() -> onWatch(outbox, released), writeDeadlineMs, TimeUnit.MILLISECONDS);
    }
  }

  private void onWatch(final ChunkedOutbox outbox, final long releasedThen) {
    isWatched = false;
    if (channel.isActive() && !channel.isWritable()) {
      if (outbox.releasedBytes() == releasedThen) {
        owner.onWriteDeadline();
      } else {
        watch(outbox);
      }
    }
  }

  /** The connection. */
  public interface Owner {
    /** The dispatcher ends the connection. */
    void onDispatcherClose(Outbox.CloseReason reason);

    /** The client takes nothing of what waits for it. */
    void onWriteDeadline();
  }
}
