package io.mothership.transport.nats;

import io.mothership.bus.Outbox;
import io.mothership.bus.Pressure;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.security.SubjectRules;
import io.mothership.transport.head.ChunkPool;
import io.mothership.transport.head.ChunkedOutbox;
import io.mothership.transport.head.OutboxChunk;
import io.netty.channel.Channel;
import java.util.function.Consumer;
import org.agrona.MutableDirectBuffer;

/**
 * The way out of one NATS connection: what the dispatcher offers becomes {@code MSG}, {@code PONG}
 * and control lines.
 *
 * <p><i>Thread:</i> the {@link Outbox} methods on ms-dispatch, everything else on the event loop.
 * <i>Allocates:</i> nothing per message. <i>Back-pressure:</i> {@link ChunkedOutbox}'s.
 */
final class NatsOutbox extends ChunkedOutbox {
  /** First byte of the line that confirms a subscription: not said if it was refused. */
  static final byte SUBSCRIBED = 1;

  private static final byte FIRST_OF_LINE = '-';
  private static final byte[] PONG = {'P', 'O', 'N', 'G', '\r', '\n'};

  private final NatsCounters counters;
  private final Consumer<NatsErrors> onRefusal;
  private volatile SubjectRules deliverable = SubjectRules.OPEN;

  // ms-dispatch
  private boolean isRefused;
  private long messages;
  private long messageBytes;

  /**
   * @param onRefusal told, on ms-dispatch, of errors that the client was told of
   */
  NatsOutbox(
      final ChunkPool pool,
      final NatsCounters counters,
      final Channel channel,
      final long pendingMax,
      final Transmitter transmitter,
      final Consumer<NatsErrors> onRefusal) {
    super(pool, channel, pendingMax, transmitter);
    this.counters = counters;
    this.onRefusal = onRefusal;
  }

  @Override
  @HotPath
  public int offerMessage(final byte[] sid, final MessageView message) {
    if (isClosed()) {
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
      final MutableDirectBuffer line = scratch();
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
    if (isClosed()) {
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
      final MutableDirectBuffer line = scratch();
      line.putBytes(0, PONG);
      put(line, 0, PONG.length);
    }
    offered(PONG.length);
    return PONG.length;
  }

  @Override
  public int offerControl(final Slice line) {
    if (isClosed()) {
      return refuse();
    }
    if (isFullFor(line.length())) {
      return Pressure.FULL;
    }
    int skipped = 0;
    final byte first = line.isEmpty() ? FIRST_OF_LINE : line.byteAt(0);
    if (first == FAREWELL) {
      skipped = 1;
      endAfterThis();
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
    onRefusal.accept(error);
    return length;
  }

  @Override
  protected void onFlush() {
    if (messages != 0) {
      counters.countOut(messages, messageBytes);
      messages = 0;
      messageBytes = 0;
    }
  }

  /** On the event loop: messages that these rules deny are passed over from now on. */
  void deliverable(final SubjectRules rules) {
    deliverable = rules;
  }
}
