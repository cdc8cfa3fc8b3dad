package io.mothership.transport.head;

import io.mothership.bus.Outbox;
import io.mothership.bus.Pressure;
import io.mothership.frame.Slice;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jctools.queues.SpscGrowableArrayQueue;

/**
 * The way out of one connection of any head: ms-dispatch writes protocol bytes into pooled chunks,
 * the event loop sends the chunks and gives them back. How a message looks is the head's.
 *
 * <p>A full chunk goes into a queue. The one being filled lies in an open slot between two duty
 * cycles, from where either side may take it: the dispatcher to add to it, the event loop to send
 * it. So a slow reader's backlog is packed, and an idle connection holds no chunk.
 *
 * <p><i>Thread:</i> the {@link Outbox} methods and what a head writes with on ms-dispatch,
 * everything else on the event loop. <i>Allocates:</i> nothing per message. <i>Back-pressure:</i>
 * {@link Pressure#FULL} above {@code pendingMax} bytes, or when all clients together hold too much.
 */
public abstract class ChunkedOutbox implements Outbox {
  /** First byte of a control line after which the connection ends. */
  public static final byte FAREWELL = 0;

  private static final int QUEUE_LENGTH = 8;

  private final ChunkPool pool;
  private final EventLoop loop;
  private final Transmitter transmitter;
  private final Runnable transmit = this::onTransmit;
  private final long pendingMax;

  private final SpscGrowableArrayQueue<OutboxChunk> sealed;
  private final AtomicReference<OutboxChunk> open = new AtomicReference<>();
  private final AtomicBoolean isScheduled = new AtomicBoolean();
  private final AtomicLong offeredBytes = new AtomicLong();
  private final AtomicLong releasedBytes = new AtomicLong();
  private volatile boolean isGone;
  private volatile boolean isFarewellSent;

  // ms-dispatch
  private OutboxChunk filling;
  private long chunkCount;
  private boolean isEnding;
  private boolean hasFarewell;

  // event loop
  private OutboxChunk taken;

  protected ChunkedOutbox(
      final ChunkPool pool,
      final Channel channel,
      final long pendingMax,
      final Transmitter transmitter) {
    this.pool = pool;
    this.loop = channel.eventLoop();
    this.pendingMax = pendingMax;
    this.transmitter = transmitter;
    this.sealed =
        new SpscGrowableArrayQueue<>(
            QUEUE_LENGTH, (int) Math.max(2 * QUEUE_LENGTH, pendingMax / pool.chunkLength() + 2));
  }

  // ms-dispatch

  @Override
  public final void flush() {
    if (filling != null) {
      open.set(filling);
      filling = null;
    }
    onFlush();
    if (hasFarewell) {
      isFarewellSent = true;
    }
    if (isGone) {
      refuse();
      return;
    }
    if (loop.inEventLoop()) {
      transmitter.transmit(this);
    } else if (isScheduled.compareAndSet(false, true)) {
      loop.execute(transmit);
    }
  }

  /** What was offered since the last time is about to be sent. */
  protected void onFlush() {}

  @Override
  public final long pendingBytes() {
    return offeredBytes.get() - releasedBytes.get();
  }

  @Override
  public final void close(final CloseReason reason) {
    if (isEnding) {
      return;
    }
    isEnding = true;
    if (filling != null) {
      open.set(filling);
      filling = null;
    }
    if (loop.inEventLoop()) {
      transmitter.onDispatcherClose(reason);
    } else {
      loop.execute(() -> transmitter.onDispatcherClose(reason));
    }
  }

  // Event loop

  /** The next chunk in the order of the bytes, or null if there is none. */
  final OutboxChunk poll() {
    if (taken == null) {
      final OutboxChunk chunk = sealed.poll();
      if (chunk != null) {
        return chunk.seal();
      }
      taken = open.getAndSet(null);
      if (taken == null) {
        return null;
      }
    }
    // Chunks may have been queued between the look at the queue and the grip into the slot.
    final OutboxChunk queued = sealed.peek();
    if (queued != null && queued.ordinal() < taken.ordinal()) {
      return sealed.poll().seal();
    }
    final OutboxChunk chunk = taken;
    taken = null;
    return chunk.seal();
  }

  /** Whether everything up to the last line of this connection has been offered. */
  final boolean isFarewellSent() {
    return isFarewellSent;
  }

  final long releasedBytes() {
    return releasedBytes.get();
  }

  /** The channel has closed: gives back what will not be sent. */
  public final void discardAll() {
    isGone = true;
    for (OutboxChunk chunk = poll(); chunk != null; chunk = poll()) {
      discard(chunk);
    }
  }

  final void onReleased(final int length) {
    releasedBytes.addAndGet(length);
  }

  private void onTransmit() {
    isScheduled.set(false);
    transmitter.transmit(this);
  }

  /**
   * Nothing is taken any more; if the channel has gone, what it did not take goes back to the pool.
   */
  protected final int refuse() {
    if (isGone) {
      discard(filling);
      filling = null;
      discard(open.getAndSet(null));
      if (!sealed.isEmpty() && !loop.isShuttingDown()) {
        loop.execute(this::discardAll);
      }
    }
    return Pressure.CLOSED;
  }

  private static void discard(final OutboxChunk chunk) {
    if (chunk != null) {
      chunk.release();
    }
  }

  // Filling: what a head writes with, on ms-dispatch

  /** Whether nothing is taken any more: the connection has gone, or is about to. */
  protected final boolean isClosed() {
    return isEnding || isGone;
  }

  /** The connection ends behind what was offered up to now. */
  protected final void endAfterThis() {
    isEnding = true;
    hasFarewell = true;
  }

  /** Whether that many bytes more are too many. */
  protected final boolean isFullFor(final int length) {
    final long pending = pendingBytes();
    return pending + length > pendingMax || !pool.allows(pending, length);
  }

  /** So many bytes were put in. */
  protected final void offered(final int length) {
    offeredBytes.lazySet(offeredBytes.get() + length);
  }

  /** The chunk that a message starts in; where it does, a backlog may be cut. */
  protected final OutboxChunk beginMessage() {
    final OutboxChunk chunk = chunk();
    chunk.markBoundary();
    return chunk;
  }

  /** The chunk to write into, with room for at least one byte. */
  private OutboxChunk chunk() {
    OutboxChunk chunk = filling;
    if (chunk == null) {
      chunk = open.getAndSet(null);
    }
    if (chunk != null && chunk.remaining() == 0) {
      if (!sealed.offer(chunk)) {
        throw new IllegalStateException("more chunks than pending bytes allow");
      }
      chunk = null;
    }
    if (chunk == null) {
      chunk = pool.take(this, chunkCount++);
    }
    filling = chunk;
    return chunk;
  }

  protected final void put(final Slice bytes) {
    put(bytes.buffer(), bytes.offset(), bytes.length());
  }

  /** Writes bytes over as many chunks as they need. */
  protected final void put(final DirectBuffer source, final int offset, final int length) {
    int at = offset;
    int rest = length;
    while (rest > 0) {
      final OutboxChunk chunk = chunk();
      final int part = Math.min(rest, chunk.remaining());
      chunk.memory().putBytes(chunk.position(), source, at, part);
      chunk.position(chunk.position() + part);
      at += part;
      rest -= part;
    }
  }

  /** Room for one control line that does not fit in what is left of a chunk. */
  protected final MutableDirectBuffer scratch() {
    return pool.scratch();
  }

  /** The event loop's side of the connection. */
  public interface Transmitter {
    /** Sends what waits, as far as the socket takes it. */
    void transmit(ChunkedOutbox outbox);

    void onDispatcherClose(CloseReason reason);
  }
}
