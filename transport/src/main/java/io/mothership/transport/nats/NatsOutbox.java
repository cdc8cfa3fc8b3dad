package io.mothership.transport.nats;

import io.mothership.bus.Outbox;
import io.mothership.bus.Pressure;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.security.SubjectRules;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jctools.queues.SpscGrowableArrayQueue;

/**
 * The way out of one connection: ms-dispatch writes protocol bytes into pooled chunks, the event
 * loop sends the chunks and gives them back.
 *
 * <p>A full chunk goes into a queue. The one being filled lies in an open slot between two duty
 * cycles, from where either side may take it: the dispatcher to add to it, the event loop to send
 * it. So a slow reader's backlog is packed, and an idle connection holds no chunk.
 *
 * <p><i>Thread:</i> the {@link Outbox} methods on ms-dispatch, everything else on the event loop.
 * <i>Allocates:</i> nothing per message. <i>Back-pressure:</i> {@link Pressure#FULL} above {@code
 * pendingMax} bytes, or when all clients together hold too much.
 */
final class NatsOutbox implements Outbox {
  /** First byte of a control line after which the connection ends. */
  static final byte FAREWELL = 0;

  /** First byte of the line that confirms a subscription: not said if it was refused. */
  static final byte SUBSCRIBED = 1;

  private static final byte FIRST_OF_LINE = '-';
  private static final byte[] PONG = {'P', 'O', 'N', 'G', '\r', '\n'};
  private static final int QUEUE_LENGTH = 8;

  private final ChunkPool pool;
  private final NatsCounters counters;
  private final EventLoop loop;
  private final Transmitter transmitter;
  private final Runnable transmit = this::onTransmit;
  private final long pendingMax;

  private final SpscGrowableArrayQueue<OutboxChunk> sealed;
  private final AtomicReference<OutboxChunk> open = new AtomicReference<>();
  private final AtomicBoolean isScheduled = new AtomicBoolean();
  private final AtomicLong offeredBytes = new AtomicLong();
  private final AtomicLong releasedBytes = new AtomicLong();
  private volatile SubjectRules deliverable = SubjectRules.OPEN;
  private volatile boolean isGone;
  private volatile boolean isFarewellSent;

  // ms-dispatch
  private OutboxChunk filling;
  private long chunkCount;
  private boolean isEnding;
  private boolean hasFarewell;
  private boolean isRefused;
  private long messages;
  private long messageBytes;

  // event loop
  private OutboxChunk taken;

  NatsOutbox(
      final ChunkPool pool,
      final NatsCounters counters,
      final Channel channel,
      final long pendingMax,
      final Transmitter transmitter) {
    this.pool = pool;
    this.counters = counters;
    this.loop = channel.eventLoop();
    this.pendingMax = pendingMax;
    this.transmitter = transmitter;
    this.sealed =
        new SpscGrowableArrayQueue<>(
            QUEUE_LENGTH, (int) Math.max(2 * QUEUE_LENGTH, pendingMax / pool.chunkLength() + 2));
  }

  // ms-dispatch

  @Override
  @HotPath
  public int offerMessage(final byte[] sid, final MessageView message) {
    if (isEnding || isGone) {
      return refuse();
    }
    if (!deliverable.mayDeliver(message.subject())) {
      return 0;
    }
    final int lineLength = NatsEncoder.lineLength(sid, message);
    final int length = NatsEncoder.messageLength(lineLength, message);
    if (isFullFor(length)) {
      return Pressure.FULL;
    }
    final OutboxChunk chunk = beginMessage();
    if (length <= chunk.remaining()) {
      chunk.position(NatsEncoder.encode(chunk.memory(), chunk.position(), sid, message));
    } else {
      final MutableDirectBuffer line = pool.scratch();
      NatsEncoder.encodeLine(line, 0, sid, message);
      put(line, 0, lineLength);
      put(message.headers());
      put(message.payload());
      put(line, lineLength - 2, 2);
    }
    messages++;
    messageBytes += message.bodyLength();
    offered(length);
    return length;
  }

  @Override
  public int offerPong() {
    if (isEnding || isGone) {
      return refuse();
    }
    if (isFullFor(PONG.length)) {
      return Pressure.FULL;
    }
    final OutboxChunk chunk = beginMessage();
    if (PONG.length <= chunk.remaining()) {
      chunk.memory().putBytes(chunk.position(), PONG);
      chunk.position(chunk.position() + PONG.length);
    } else {
      final MutableDirectBuffer line = pool.scratch();
      line.putBytes(0, PONG);
      put(line, 0, PONG.length);
    }
    offered(PONG.length);
    return PONG.length;
  }

  @Override
  public int offerControl(final Slice line) {
    if (isEnding || isGone) {
      return refuse();
    }
    if (isFullFor(line.length())) {
      return Pressure.FULL;
    }
    int skipped = 0;
    final byte first = line.isEmpty() ? FIRST_OF_LINE : line.byteAt(0);
    if (first == FAREWELL) {
      skipped = 1;
      isEnding = true;
      hasFarewell = true;
    } else if (first == SUBSCRIBED) {
      skipped = isRefused ? line.length() : 1;
    }
    isRefused = false;
    final int length = line.length() - skipped;
    if (length > 0) {
      beginMessage();
      put(line.buffer(), line.offset() + skipped, length);
      offered(length);
    }
    return length;
  }

  @Override
  public int offerRefusal(final Refusal refusal) {
    final NatsErrors error =
        refusal == Refusal.SUBSCRIPTIONS
            ? NatsErrors.SUBSCRIPTIONS_EXCEEDED
            : NatsErrors.SUBSCRIPTION_MEMORY_EXCEEDED;
    final int length = offerControl(Slice.of(error.line()));
    isRefused = true;
    transmitter.onRefusal(error);
    return length;
  }

  @Override
  public void flush() {
    if (filling != null) {
      open.set(filling);
      filling = null;
    }
    if (messages != 0) {
      counters.countOut(messages, messageBytes);
      messages = 0;
      messageBytes = 0;
    }
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

  @Override
  public long pendingBytes() {
    return offeredBytes.get() - releasedBytes.get();
  }

  @Override
  public void close(final CloseReason reason) {
    if (isEnding) {
      return;
    }
    isEnding = true;
    if (filling != null) {
      open.set(filling);
      filling = null;
    }
    final NatsErrors error =
        reason == CloseReason.SLOW_CONSUMER ? NatsErrors.SLOW_CONSUMER : NatsErrors.SERVER_SHUTDOWN;
    if (loop.inEventLoop()) {
      transmitter.onDispatcherClose(error);
    } else {
      loop.execute(() -> transmitter.onDispatcherClose(error));
    }
  }

  // Event loop

  void deliverable(final SubjectRules rules) {
    deliverable = rules;
  }

  /** The next chunk in the order of the bytes, or null if there is none. */
  OutboxChunk poll() {
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
  boolean isFarewellSent() {
    return isFarewellSent;
  }

  long releasedBytes() {
    return releasedBytes.get();
  }

  /** The channel has closed: gives back what will not be sent. */
  void discardAll() {
    isGone = true;
    for (OutboxChunk chunk = poll(); chunk != null; chunk = poll()) {
      discard(chunk);
    }
  }

  void onReleased(final int length) {
    releasedBytes.addAndGet(length);
  }

  private void onTransmit() {
    isScheduled.set(false);
    transmitter.transmit(this);
  }

  /**
   * Nothing is taken any more; if the channel has gone, what it did not take goes back to the pool.
   */
  private int refuse() {
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

  // Filling

  private boolean isFullFor(final int length) {
    final long pending = pendingBytes();
    return pending + length > pendingMax || !pool.allows(pending, length);
  }

  private void offered(final int length) {
    offeredBytes.lazySet(offeredBytes.get() + length);
  }

  private OutboxChunk beginMessage() {
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

  private void put(final Slice bytes) {
    put(bytes.buffer(), bytes.offset(), bytes.length());
  }

  private void put(final DirectBuffer source, final int offset, final int length) {
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

  /** The event loop's side of the connection. */
  interface Transmitter {
    /** Sends what waits, as far as the socket takes it. */
    void transmit(NatsOutbox outbox);

    void onDispatcherClose(NatsErrors error);

    /** The client was told of an error; on ms-dispatch. */
    void onRefusal(NatsErrors error);
  }
}
