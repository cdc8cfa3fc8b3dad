package io.mothership.bus;

import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The one way into the dispatcher: a ring of what connections ask for.
 *
 * <p>Ring message: {@code connection id i64}, then by type
 *
 * <pre>
 *  PUBLISH       frame
 *  PUBLISH_LARGE slot i32 of the frame pool
 *  SUBSCRIBE     sid, subject, queue      each u16 length and bytes
 *  UNSUBSCRIBE   delivered-max i64, sid
 *  OPEN          ticket i64 of what is opened
 *  CLOSE, PONG                            nothing
 *  CONTROL       line
 *  CALL          ticket i64 of what is called
 * </pre>
 *
 * <p><i>Thread:</i> any produces; only ms-dispatch drains. <i>Allocates:</i> nothing per message.
 * <i>Back-pressure:</i> {@link Pressure#FULL}: the connection stops reading until the next drain.
 */
public final class Ingress {
  /** Frames longer than this go by reference. */
  public static final int INLINE_LENGTH_MAX = 64 * 1024;

  private static final int PUBLISH = 1;
  private static final int PUBLISH_LARGE = 2;
  private static final int SUBSCRIBE = 3;
  private static final int UNSUBSCRIBE = 4;
  private static final int OPEN = 5;
  private static final int CLOSE = 6;
  private static final int PONG = 7;
  private static final int CONTROL = 8;
  private static final int CALL = 9;

  private static final int BODY = BitUtil.SIZE_OF_LONG;
  private static final long NOBODY = 0;

  private final RingBuffer ring;
  private final FramePool pool;
  private final int capacity;
  private final Map<Long, SessionOpening> openings = new ConcurrentHashMap<>();
  private final Map<Long, Runnable> calls = new ConcurrentHashMap<>();
  private final LongAdder refusals = new LongAdder();
  private final AtomicLong tickets = new AtomicLong();
  private volatile Doorbell doorbell = Doorbell.SILENT;

  /**
   * @param capacity bytes of the ring, a power of two, at least 8 × ({@link #INLINE_LENGTH_MAX} +
   *     headers)
   */
  public Ingress(final int capacity, final FramePool pool) {
    this.ring =
        new ManyToOneRingBuffer(
            new UnsafeBuffer(
                ByteBuffer.allocateDirect(capacity + RingBufferDescriptor.TRAILER_LENGTH)));
    this.pool = pool;
    this.capacity = capacity;
  }

  /** What is rung after each accepted message. */
  public void doorbell(final Doorbell newDoorbell) {
    doorbell = newDoorbell;
  }

  /** A message from a connection. {@code outboxId} is 0 unless the SQL outbox made it. */
  @HotPath
  public int tryPublish(
      final long connectionId,
      final Origin origin,
      final int accountId,
      final long outboxId,
      final MessageView message) {
    final int length = FrameEncoder.frameLength(message);
    if (length > INLINE_LENGTH_MAX) {
      return tryPublishLarge(connectionId, origin, accountId, outboxId, message, length);
    }
    final int index = tryClaim(PUBLISH, BODY + length, connectionId);
    if (index < 0) {
      return index;
    }
    final MutableDirectBuffer buffer = ring.buffer();
    FrameEncoder.encode(buffer, index + BODY, RecordType.MESSAGE, origin, accountId, message);
    FrameEncoder.outboxId(buffer, index + BODY, outboxId);
    ring.commit(index);
    doorbell.ring();
    return length;
  }

  public int trySubscribe(
      final long connectionId, final Slice sid, final Slice subject, final Slice queue) {
    final int length = BODY + 6 + sid.length() + subject.length() + queue.length();
    final int index = tryClaim(SUBSCRIBE, length, connectionId);
    if (index < 0) {
      return index;
    }
    int at = index + BODY;
    at = put(at, sid);
    at = put(at, subject);
    put(at, queue);
    return commit(index, length);
  }

  /** Ends a subscription; with {@code deliveredMax > 0} only after so many messages in all. */
  public int tryUnsubscribe(final long connectionId, final Slice sid, final long deliveredMax) {
    final int length = BODY + BitUtil.SIZE_OF_LONG + 2 + sid.length();
    final int index = tryClaim(UNSUBSCRIBE, length, connectionId);
    if (index < 0) {
      return index;
    }
    ring.buffer().putLong(index + BODY, deliveredMax);
    put(index + BODY + BitUtil.SIZE_OF_LONG, sid);
    return commit(index, length);
  }

  /** Opens a session, or changes the options of an open one. */
  public int tryOpen(final SessionOpening opening) {
    // A connection may open again before the dispatcher has seen the first time.
    final long ticket = tickets.incrementAndGet();
    openings.put(ticket, opening);
    final int index = tryClaim(OPEN, BODY + BitUtil.SIZE_OF_LONG, opening.connectionId());
    if (index < 0) {
      openings.remove(ticket);
      return index;
    }
    ring.buffer().putLong(index + BODY, ticket);
    return commit(index, BODY);
  }

  /**
   * Ends a session and its subscriptions. Must succeed in the end: try again when the ring is full.
   */
  public int tryClose(final long connectionId) {
    final int index = tryClaim(CLOSE, BODY, connectionId);
    return index < 0 ? index : commit(index, BODY);
  }

  /** Asks for a PONG behind everything this connection sent before. */
  public int tryPong(final long connectionId) {
    final int index = tryClaim(PONG, BODY, connectionId);
    return index < 0 ? index : commit(index, BODY);
  }

  /** Asks for a protocol line of the head's own behind everything this connection sent before. */
  public int tryControl(final long connectionId, final Slice line) {
    final int length = BODY + 2 + line.length();
    final int index = tryClaim(CONTROL, length, connectionId);
    if (index < 0) {
      return index;
    }
    put(index + BODY, line);
    return commit(index, length);
  }

  /**
   * Has something run on ms-dispatch, behind everything that was put in before: how others look at
   * what it owns. It must be quick, do no I/O and not throw.
   */
  public int tryCall(final Runnable call) {
    final long ticket = tickets.incrementAndGet();
    calls.put(ticket, call);
    final int index = tryClaim(CALL, BODY + BitUtil.SIZE_OF_LONG, NOBODY);
    if (index < 0) {
      calls.remove(ticket);
      return index;
    }
    ring.buffer().putLong(index + BODY, ticket);
    return commit(index, BODY);
  }

  /** Hands up to {@code limit} messages to a handler while it is ready; ms-dispatch only. */
  public int drain(final Drain drain, final int limit) {
    return ring.controlledRead(drain, limit);
  }

  /** Bytes waiting in the ring. */
  public long pendingBytes() {
    return ring.size();
  }

  /** Bytes the ring can hold. */
  public int capacity() {
    return capacity;
  }

  /** How often something was refused because the ring, or the pool of long frames, was full. */
  public long refusals() {
    return refusals.sum();
  }

  private int tryPublishLarge(
      final long connectionId,
      final Origin origin,
      final int accountId,
      final long outboxId,
      final MessageView message,
      final int length) {
    final int slot = pool.tryAcquire(length);
    if (slot < 0) {
      refusals.increment();
      return slot;
    }
    final UnsafeBuffer frame = pool.buffer(slot);
    FrameEncoder.encode(frame, 0, RecordType.MESSAGE, origin, accountId, message);
    FrameEncoder.outboxId(frame, 0, outboxId);
    final int index = tryClaim(PUBLISH_LARGE, BODY + BitUtil.SIZE_OF_INT, connectionId);
    if (index < 0) {
      pool.release(slot);
      return index;
    }
    ring.buffer().putInt(index + BODY, slot);
    return commit(index, length);
  }

  private int tryClaim(final int type, final int length, final long connectionId) {
    final int index = ring.tryClaim(type, length);
    if (index < 0) {
      refusals.increment();
      return Pressure.FULL;
    }
    ring.buffer().putLong(index, connectionId);
    return index;
  }

  private int commit(final int index, final int length) {
    ring.commit(index);
    doorbell.ring();
    return length;
  }

  private int put(final int at, final Slice bytes) {
    final MutableDirectBuffer buffer = ring.buffer();
    buffer.putShort(at, (short) bytes.length());
    buffer.putBytes(at + 2, bytes.buffer(), bytes.offset(), bytes.length());
    return at + 2 + bytes.length();
  }

  /**
   * What the dispatcher does with each kind of message. Slices and views are valid during the call.
   */
  public interface Handler {
    /** Whether the next message can be taken now; it stays in the ring otherwise. */
    boolean isReady();

    void onPublish(long connectionId, FrameView frame);

    void onSubscribe(long connectionId, Slice sid, Slice subject, Slice queue);

    void onUnsubscribe(long connectionId, Slice sid, long deliveredMax);

    void onOpen(SessionOpening opening);

    void onClose(long connectionId);

    void onPong(long connectionId);

    void onControl(long connectionId, Slice line);
  }

  /** Decodes ring messages for a {@link Handler}; one per dispatcher. */
  public final class Drain implements ControlledMessageHandler {
    private final Handler handler;
    private final FrameView frame = new FrameView();
    private final Slice first = new Slice();
    private final Slice second = new Slice();
    private final Slice third = new Slice();

    public Drain(final Handler handler) {
      this.handler = handler;
    }

    @Override
    public Action onMessage(
        final int type, final MutableDirectBuffer buffer, final int index, final int length) {
      if (!handler.isReady()) {
        return Action.ABORT;
      }
      final long connectionId = buffer.getLong(index);
      final int body = index + BODY;
      switch (type) {
        case PUBLISH -> handler.onPublish(connectionId, frame.wrap(buffer, body));
        case PUBLISH_LARGE -> {
          final int slot = buffer.getInt(body);
          try {
            handler.onPublish(connectionId, frame.wrap(pool.buffer(slot), 0));
          } finally {
            pool.release(slot);
          }
        }
        case SUBSCRIBE -> {
          int at = get(buffer, body, first);
          at = get(buffer, at, second);
          get(buffer, at, third);
          handler.onSubscribe(connectionId, first, second, third);
        }
        case UNSUBSCRIBE -> {
          get(buffer, body + BitUtil.SIZE_OF_LONG, first);
          handler.onUnsubscribe(connectionId, first, buffer.getLong(body));
        }
        case OPEN -> {
          final SessionOpening opening = openings.remove(buffer.getLong(body));
          if (opening != null) {
            handler.onOpen(opening);
          }
        }
        case CLOSE -> handler.onClose(connectionId);
        case PONG -> handler.onPong(connectionId);
        case CONTROL -> {
          get(buffer, body, first);
          handler.onControl(connectionId, first);
        }
        case CALL -> {
          final Runnable call = calls.remove(buffer.getLong(body));
          if (call != null) {
            call.run();
          }
        }
        default -> throw new IllegalStateException("unknown ingress message type=" + type);
      }
      return Action.CONTINUE;
    }

    private static int get(final DirectBuffer buffer, final int at, final Slice bytes) {
      final int length = buffer.getShort(at) & 0xFFFF;
      bytes.wrap(buffer, at + 2, length);
      return at + 2 + length;
    }
  }
}
