package io.mothership.jetstream.consumer;

import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.model.AckPolicy;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of one consumer: reads its stream up to the commit position, from the tail window or
 * through ms-read, and hands messages to its target.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message. Callbacks that come while a
 * message is being sent (interest that goes) only set marks.
 */
final class ConsumerDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerDelivery.class);
  private static final byte[] ACK_PREFIX = DeliverEncoder.ascii("$JS.ACK.");
  private static final long RETRY_NS = 250_000_000L;
  private static final long PATIENCE_NS = 10_000_000_000L;

  private final Consumer consumer;
  private final Stream stream;
  private final ConsumerCursor cursor;
  private final ConsumerAcks acks;
  private final DeliverTarget target;
  private final byte[] ackPrefix;
  private final ConsumerReads reads = new ConsumerReads();
  private final FrameView frame = new FrameView();
  private final MessageView message = new MessageView();
  private final Slice ackSubject = new Slice();
  private long replayUntil;
  private long replayedTimeNs;
  private long replayAtNs;

  /** The message that the disk did not read last, and since when. */
  private long unreadable;

  private long unreadableSinceNs;
  private long retryAtNs = Long.MIN_VALUE;

  ConsumerDelivery(final Consumer consumer) {
    this.consumer = consumer;
    this.stream = consumer.stream();
    this.cursor = consumer.cursor();
    this.acks = consumer.acks();
    this.target = consumer.target();
    final byte[] path = consumer.path();
    this.ackPrefix = new byte[ACK_PREFIX.length + path.length + 1];
    System.arraycopy(ACK_PREFIX, 0, ackPrefix, 0, ACK_PREFIX.length);
    System.arraycopy(path, 0, ackPrefix, ACK_PREFIX.length, path.length);
    ackPrefix[ackPrefix.length - 1] = '.';
  }

  /** The consumer is new: what is stored already may come at its original pace. */
  void start() {
    replayUntil =
        consumer.config().replayPolicy() == ConsumerConfig.Replay.ORIGINAL
            ? stream.committedSequence()
            : 0;
  }

  /** Answers to what was asked for come to nobody. */
  void abandonReads() {
    reads.abandon();
  }

  /** Whatever was asked for is to be looked for anew. */
  void readAgain() {
    reads.abandon();
    acks.requeueReads();
    cursor.unread();
  }

  /**
   * Delivers what can be delivered, at most {@code limit} messages.
   *
   * @return how many steps were made; if it equals {@code limit} there may be more to do
   */
  @HotPath
  int deliver(final int limit) {
    int steps = 0;
    while (steps < limit) {
      if (consumer.isClosed()
          || !target.isReady()
          || consumer.exchange().monotonicNs() < retryAtNs) {
        return steps;
      }
      if (consumer.pauseRemainingNs() > 0) {
        idle(false);
        return steps;
      }
      if (reads.isFull() || (!reads.isEmpty() && reads.count() >= target.demand())) {
        return steps;
      }
      final int slot = acks.nextDue();
      final long sequence;
      if (slot != ConsumerPending.NONE) {
        sequence = acks.pending().sequence(slot);
      } else {
        if (isStalled()) {
          idle(true);
          return steps;
        }
        sequence = cursor.peek();
        if (sequence == ConsumerCursor.LOOK_AGAIN) {
          return limit;
        }
        if (sequence == ConsumerCursor.NOTHING || isHeldForReplay(sequence)) {
          idle(false);
          return steps;
        }
      }
      if (!step(sequence, slot)) {
        return steps;
      }
      steps++;
    }
    return steps;
  }

  /** Delivers a message from the tail window, or asks for it; false if it has to wait. */
  @HotPath
  private boolean step(final long sequence, final int slot) {
    final boolean isRedelivery = slot != ConsumerPending.NONE;
    if (reads.isEmpty() && stream.load(sequence, frame) == Stream.LOADED) {
      if (!isRedelivery) {
        cursor.read(sequence);
      }
      if (!send(frame, sequence, slot)) {
        cursor.unread();
        return false;
      }
      return true;
    }
    if (!stream.index().isPresent(sequence)) {
      if (isRedelivery) {
        acks.onRemoving(sequence);
      } else {
        cursor.read(sequence);
        cursor.pass(sequence, false);
      }
      return true;
    }
    if (stream.tryRead(Consumers.REQUESTERS + consumer.id(), reads.nextToken(), sequence) < 0) {
      consumer.wake();
      return false;
    }
    reads.add(sequence, isRedelivery);
    if (isRedelivery) {
      acks.pending().rest(slot);
    } else {
      cursor.read(sequence);
    }
    return true;
  }

  /** A message asked for is lost: the stream is told, and it is passed over. */
  void onReadLost(final long token, final long location) {
    final long sequence = reads.next(token);
    if (sequence != ConsumerReads.STALE && !consumer.isClosed()) {
      stream.onUnreadable(sequence, location);
    }
    onRead(token, null);
  }

  /** Bytes of a message asked for have come; {@code answer} is null if they cannot be read now. */
  @HotPath
  void onRead(final long token, final FrameView answer) {
    final long sequence = reads.answer(token);
    if (sequence == ConsumerReads.STALE || consumer.isClosed()) {
      return;
    }
    final boolean isRedelivery = reads.wasRedelivery();
    final int slot = isRedelivery ? acks.pending().find(sequence) : ConsumerPending.NONE;
    if (isRedelivery && slot == ConsumerPending.NONE) {
      consumer.wake();
      return;
    }
    if (!stream.index().isPresent(sequence)) {
      if (isRedelivery) {
        acks.onRemoving(sequence);
      } else {
        cursor.pass(sequence, false);
      }
    } else if (answer == null) {
      onUnreadable(sequence, slot);
      return;
    } else if (!target.isReady()
        || consumer.pauseRemainingNs() > 0
        || (!isRedelivery && isStalledFor(0))
        || !send(answer, sequence, slot)) {
      putBack(sequence, slot);
      return;
    }
    consumer.wake();
  }

  /**
   * The disk does not read a message that is there, which may pass: for a while it stays the next
   * one. Then others come before it, and it comes when its ack wait ends; who does not acknowledge
   * one by one goes without it.
   */
  private void onUnreadable(final long sequence, final int slot) {
    final long nowNs = consumer.exchange().monotonicNs();
    if (unreadable != sequence) {
      unreadable = sequence;
      unreadableSinceNs = nowNs;
    }
    if (nowNs - unreadableSinceNs < PATIENCE_NS) {
      putBack(sequence, slot);
      retryAtNs = nowNs + RETRY_NS;
      consumer.armBy(retryAtNs);
      return;
    }
    LOG.error(
        "the disk does not read a message, others are delivered before it: stream={},"
            + " consumer={}, sequence={}",
        stream.name(),
        consumer.name(),
        sequence);
    if (slot != ConsumerPending.NONE) {
      acks.defer(slot);
    } else {
      cursor.pass(sequence, true);
      if (consumer.config().ackPolicy() == AckPolicy.EXPLICIT) {
        acks.onDelivered(sequence, slot);
        consumer.markDirty();
      }
    }
    consumer.wake();
  }

  /** Nobody takes a message now: everything that was read will be read again. */
  private void putBack(final long sequence, final int slot) {
    for (int i = reads.count() - 1; i >= 0; i--) {
      if (reads.isRedelivery(i)) {
        acks.putBack(reads.sequence(i));
      }
    }
    if (slot != ConsumerPending.NONE) {
      acks.putBack(sequence);
    }
    reads.abandon();
    cursor.unread();
  }

  @HotPath
  private boolean send(final FrameView bytes, final long sequence, final int slot) {
    final boolean isRedelivery = slot != ConsumerPending.NONE;
    final long deliveries = isRedelivery ? acks.pending().redeliveries(slot) + 2L : 1;
    final long pendingAfter = Math.max(0, cursor.pending() - (isRedelivery ? 0 : 1));
    message.wrap(bytes);
    consumer
        .encoder()
        .ackSubject(
            ackSubject,
            ackPrefix,
            deliveries,
            sequence,
            acks.deliveredConsumerSequence() + 1,
            bytes.timeNs(),
            pendingAfter);
    if (consumer.config().isHeadersOnly()) {
      consumer.encoder().stripPayload(message);
    }
    message.reply().wrap(ackSubject);
    final int size = message.subject().length() + ackSubject.length() + message.bodyLength();
    if (!target.select(size)) {
      return false;
    }
    if (!isRedelivery) {
      cursor.pass(sequence, true);
    }
    consumer.lastDeliveredNs(consumer.exchange().wallNs());
    replayedTimeNs = bytes.timeNs();
    replayAtNs = consumer.exchange().monotonicNs();
    acks.onDelivered(sequence, slot);
    consumer.markDirty();
    target.send(message, size);
    acks.afterSend(sequence);
    return true;
  }

  private void idle(final boolean isStalled) {
    if (reads.isEmpty()) {
      target.onIdle(isStalled);
    }
  }

  private boolean isStalled() {
    return isStalledFor(reads.count());
  }

  private boolean isStalledFor(final int underWay) {
    if (consumer.config().ackPolicy() == AckPolicy.NONE) {
      return false;
    }
    final int max = consumer.config().ackPendingMax();
    return max > 0 && acks.pending().count() + underWay >= max || isHeldBack();
  }

  /** Whether there is no memory for another entry; the consumer is woken when there is. */
  private boolean isHeldBack() {
    if (!acks.pending().isFilled() || consumer.hasStateFor(acks.pending().growthBytes())) {
      return false;
    }
    consumer.holdBack();
    return true;
  }

  /** Whether the original pace says to wait with a message. */
  private boolean isHeldForReplay(final long sequence) {
    if (sequence > replayUntil || replayedTimeNs == 0) {
      return false;
    }
    final long gapNs = stream.index().timeNs(sequence) - replayedTimeNs;
    final long dueNs = replayAtNs + gapNs;
    if (gapNs <= 1_000_000L || consumer.exchange().monotonicNs() >= dueNs) {
      return false;
    }
    consumer.armBy(dueNs);
    return true;
  }
}
