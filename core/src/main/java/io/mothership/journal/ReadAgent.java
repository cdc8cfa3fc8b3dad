package io.mothership.journal;

import io.mothership.bus.Doorbell;
import io.mothership.bus.FramePool;
import io.mothership.bus.Ingress;
import io.mothership.bus.Pressure;
import io.mothership.frame.FrameView;
import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records behind the tail window for ms-dispatch, which must not touch a mapped page.
 *
 * <pre>
 *  request   requester i32, unused i32, token i64, location i64
 *  response  requester i32, slot i32,   token i64, frame          slot = -1: the frame follows inline
 *  lost      requester i32, slot i32,   token i64, location i64
 * </pre>
 *
 * <p>Answers come in the order of the requests. <i>Thread:</i> ms-read; {@link #tryRequest} and
 * {@link #drain} on ms-dispatch. <i>Back-pressure:</i> requests wait while the response ring is
 * full.
 */
public final class ReadAgent implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(ReadAgent.class);
  private static final int REQUEST = 1;
  private static final int FOUND = 2;
  private static final int MISSING = 3;
  private static final int LOST = 4;
  private static final int INLINE = -1;
  private static final int HEADER = 16;
  private static final int REQUEST_LENGTH = 24;
  private static final int REQUEST_RING_LENGTH = 64 * 1024;
  private static final int BATCH = 64;

  private final OneToOneRingBuffer requests = ring(REQUEST_RING_LENGTH);
  private final OneToOneRingBuffer responses;
  private final FramePool pool;
  private final JournalReader reader;
  private final FrameView frame = new FrameView();
  private final FrameView answered = new FrameView();
  private boolean isLost;
  private final ControlledMessageHandler onRequest = this::onRequest;
  private long requestedCount;
  private long answeredCount;
  private volatile Doorbell asked = Doorbell.SILENT;
  private volatile Doorbell answer = Doorbell.SILENT;

  public ReadAgent(final JournalReader reader, final FramePool pool, final int responseRingLength) {
    this.reader = reader;
    this.pool = pool;
    this.responses = ring(responseRingLength);
  }

  /** What wakes ms-read, and what wakes ms-dispatch. */
  public void doorbells(final Doorbell newAsked, final Doorbell newAnswer) {
    asked = newAsked;
    answer = newAnswer;
  }

  /** ms-dispatch asks. */
  public int tryRequest(final int requester, final long token, final long location) {
    final int index = requests.tryClaim(REQUEST, REQUEST_LENGTH);
    if (index < 0) {
      return Pressure.FULL;
    }
    final MutableDirectBuffer buffer = requests.buffer();
    buffer.putInt(index, requester);
    buffer.putLong(index + 8, token);
    buffer.putLong(index + HEADER, location);
    requests.commit(index);
    requestedCount++;
    asked.ring();
    return REQUEST_LENGTH;
  }

  /** ms-dispatch takes the answers. */
  public int drain(final AnswerConsumer consumer, final int limit) {
    final int count = responses.read(consumer.bind(this), limit);
    answeredCount += count;
    return count;
  }

  /** Reads asked for since the start; ms-dispatch. */
  public long requested() {
    return requestedCount;
  }

  /** How many of them were answered, in their order; ms-dispatch. */
  public long answered() {
    return answeredCount;
  }

  @Override
  public String roleName() {
    return "ms-read";
  }

  @Override
  public int doWork() {
    final int work = requests.controlledRead(onRequest, BATCH);
    if (work != 0) {
      answer.ring();
    } else {
      reader.letGo();
    }
    return work;
  }

  @Override
  public void onClose() {
    reader.close();
  }

  private ControlledMessageHandler.Action onRequest(
      final int type, final MutableDirectBuffer buffer, final int index, final int length) {
    final int requester = buffer.getInt(index);
    final long token = buffer.getLong(index + 8);
    final long location = buffer.getLong(index + HEADER);
    final boolean isAnswered =
        tryRead(location)
            ? tryAnswer(requester, token)
            : isLost
                ? tryAnswerLost(requester, token, location)
                : tryAnswerMissing(requester, token);
    return isAnswered
        ? ControlledMessageHandler.Action.CONTINUE
        : ControlledMessageHandler.Action.ABORT;
  }

  /** Whatever goes wrong, whoever asks gets an answer, and waits for none in vain. */
  private boolean tryRead(final long location) {
    isLost = false;
    try {
      final boolean isRead = reader.read(location, frame);
      isLost = !isRead && reader.isLost();
      return isRead;
    } catch (final RuntimeException | Error e) {
      LOG.error("a message was not read: location={}", location, e);
      return false;
    }
  }

  private boolean tryAnswerLost(final int requester, final long token, final long location) {
    final int index = responses.tryClaim(LOST, REQUEST_LENGTH);
    if (index < 0) {
      return false;
    }
    putHeader(index, requester, INLINE, token);
    responses.buffer().putLong(index + HEADER, location);
    responses.commit(index);
    return true;
  }

  private boolean tryAnswerMissing(final int requester, final long token) {
    final int index = responses.tryClaim(MISSING, HEADER);
    if (index < 0) {
      return false;
    }
    putHeader(index, requester, INLINE, token);
    responses.commit(index);
    return true;
  }

  private boolean tryAnswer(final int requester, final long token) {
    final int length = frame.length();
    int slot = INLINE;
    if (length > Ingress.INLINE_LENGTH_MAX) {
      slot = pool.tryAcquire(length);
      if (slot < 0) {
        return false;
      }
      pool.buffer(slot).putBytes(0, frame.buffer(), frame.offset(), length);
    }
    final int index = responses.tryClaim(FOUND, HEADER + (slot == INLINE ? length : 0));
    if (index < 0) {
      if (slot != INLINE) {
        pool.release(slot);
      }
      return false;
    }
    putHeader(index, requester, slot, token);
    if (slot == INLINE) {
      responses.buffer().putBytes(index + HEADER, frame.buffer(), frame.offset(), length);
    }
    responses.commit(index);
    return true;
  }

  private void putHeader(final int index, final int requester, final int slot, final long token) {
    final MutableDirectBuffer buffer = responses.buffer();
    buffer.putInt(index, requester);
    buffer.putInt(index + 4, slot);
    buffer.putLong(index + 8, token);
  }

  private static OneToOneRingBuffer ring(final int length) {
    return new OneToOneRingBuffer(
        new UnsafeBuffer(ByteBuffer.allocateDirect(length + RingBufferDescriptor.TRAILER_LENGTH)));
  }

  /** Receives answers on ms-dispatch; keep one instance. */
  public abstract static class AnswerConsumer implements MessageHandler {
    private ReadAgent agent;

    /** {@code frame} is valid during the call; null if the record cannot be read now. */
    protected abstract void onAnswer(int requester, long token, FrameView frame);

    /** The record at this location is damaged or gone: nobody will ever read it again. */
    protected abstract void onLost(int requester, long token, long location);

    @Override
    public final void onMessage(
        final int type, final MutableDirectBuffer buffer, final int index, final int length) {
      final int requester = buffer.getInt(index);
      final int slot = buffer.getInt(index + 4);
      final long token = buffer.getLong(index + 8);
      if (type == MISSING) {
        onAnswer(requester, token, null);
      } else if (type == LOST) {
        onLost(requester, token, buffer.getLong(index + HEADER));
      } else if (slot == INLINE) {
        onAnswer(requester, token, agent.answered.wrap(buffer, index + HEADER));
      } else {
        try {
          onAnswer(requester, token, agent.answered.wrap(agent.pool.buffer(slot), 0));
        } finally {
          agent.pool.release(slot);
        }
      }
    }

    private AnswerConsumer bind(final ReadAgent newAgent) {
      agent = newAgent;
      return this;
    }
  }
}
