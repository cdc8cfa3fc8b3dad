package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.AckPolicy;
import io.mothership.jetstream.model.Deadline;
import io.mothership.jetstream.model.GoDuration;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.Stream;
import io.mothership.json.JsonException;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import org.agrona.collections.Long2LongHashMap;

/**
 * What became of a consumer's deliveries: which wait for their acknowledgement, which come again,
 * and up to where everything is done (the floor).
 *
 * <p>An acknowledgement changes nothing before its record is in the journal's ring; who waits for
 * an answer gets it when the record is synced.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per delivery and plain acknowledgement.
 */
public final class ConsumerAcks {
  private static final int NOT_EXHAUSTED = -1;
  private static final String GONE = "Unacknowledged message was deleted";

  private final Consumer consumer;
  private final Stream stream;
  private final ConsumerPending pending = new ConsumerPending();
  private final Long2LongHashMap exhausted = new Long2LongHashMap(NOT_EXHAUSTED);
  private final AckView view = new AckView();
  private final Slice argument = new Slice();
  private final MessageView answer = new MessageView();
  private final Slice nobody = new Slice();
  private long deliveredSequence;
  private long deliveredConsumerSequence;
  private long floorSequence;
  private long floorConsumerSequence;
  private long lastAckNs;

  ConsumerAcks(final Consumer consumer) {
    this.consumer = consumer;
    this.stream = consumer.stream();
  }

  public ConsumerPending pending() {
    return pending;
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return pending.heapBytes() + exhausted.capacity() * 2L * Long.BYTES;
  }

  /** Messages that were delivered as often as they may be, with their redeliveries. */
  Long2LongHashMap exhausted() {
    return exhausted;
  }

  void writeExhausted(final ConsumerRecords records) {
    final Long2LongHashMap.KeyIterator sequences = exhausted.keySet().iterator();
    while (sequences.hasNext()) {
      final long sequence = sequences.nextValue();
      records.exhausted(sequence, (int) exhausted.get(sequence));
    }
  }

  /** Messages delivered more than once and not acknowledged. */
  public int redeliveredCount() {
    return consumer.config().deliveriesMax() == 1
        ? 0
        : pending.redeliveredCount() + exhausted.size();
  }

  public long deliveredSequence() {
    return deliveredSequence;
  }

  public long deliveredConsumerSequence() {
    return deliveredConsumerSequence;
  }

  public long floorSequence() {
    return floorSequence;
  }

  public long floorConsumerSequence() {
    return floorConsumerSequence;
  }

  /** When a message was last acknowledged, ns since 1970; 0 = never. */
  public long lastAckNs() {
    return lastAckNs;
  }

  // Where it stands

  void startAt(final long sequence) {
    deliveredSequence = sequence;
    floorSequence = sequence;
  }

  void reset(final long sequence) {
    pending.clear();
    exhausted.clear();
    deliveredConsumerSequence = 0;
    floorConsumerSequence = 0;
    lastAckNs = 0;
    startAt(sequence);
  }

  /** Takes a state over as it was recorded; entries follow by {@link #restoreEntry}. */
  void restore(
      final long newDeliveredSequence,
      final long newDeliveredConsumerSequence,
      final long newFloorSequence,
      final long newFloorConsumerSequence,
      final long newLastAckNs) {
    pending.clear();
    exhausted.clear();
    deliveredSequence = newDeliveredSequence;
    deliveredConsumerSequence = newDeliveredConsumerSequence;
    floorSequence = newFloorSequence;
    floorConsumerSequence = newFloorConsumerSequence;
    lastAckNs = newLastAckNs;
  }

  void restoreEntry(final long sequence, final long consumerSequence, final int redeliveries) {
    if (pending.find(sequence) == ConsumerPending.NONE) {
      pending.redeliveries(pending.add(sequence, consumerSequence), redeliveries);
    }
  }

  void restoreDelivered(final long sequence, final long consumerSequence) {
    deliveredSequence = Math.max(deliveredSequence, sequence);
    deliveredConsumerSequence = Math.max(deliveredConsumerSequence, consumerSequence);
  }

  void restoreAck(final long sequence, final boolean isAll, final long timeNs) {
    lastAckNs = timeNs;
    exhausted.remove(sequence);
    if (!isAll) {
      final int slot = pending.find(sequence);
      if (slot != ConsumerPending.NONE) {
        remove(slot);
      }
      return;
    }
    while (pending.first() != ConsumerPending.NONE
        && pending.sequence(pending.first()) <= sequence) {
      remove(pending.first());
    }
  }

  /**
   * Everything recorded was restored: the clients get their time again.
   *
   * @param ackedFrom lowest sequence acknowledged since the restored state
   */
  void restored(final long nowNs, final long ackedFrom) {
    for (int slot = pending.first(); slot != ConsumerPending.NONE; slot = pending.next(slot)) {
      setDeadline(slot, nowNs);
    }
    final int first = pending.first();
    if (first == ConsumerPending.NONE) {
      floorSequence = Math.max(floorSequence, deliveredSequence);
      floorConsumerSequence = Math.max(floorConsumerSequence, deliveredConsumerSequence);
    } else {
      // An acknowledgement below the first one that is missing has moved the floor up to there.
      final boolean isMoved = ackedFrom < pending.sequence(first);
      final long below = pending.sequence(first) - 1;
      final long consumerBelow = pending.consumerSequence(first) - 1;
      floorSequence = isMoved ? below : Math.min(floorSequence, below);
      floorConsumerSequence =
          isMoved ? consumerBelow : Math.min(floorConsumerSequence, consumerBelow);
    }
  }

  // Deliveries

  /** The message to deliver again next, or {@link ConsumerPending#NONE}. */
  @HotPath
  int nextDue() {
    expire(consumer.exchange().monotonicNs());
    for (int slot = pending.firstDue(); slot != ConsumerPending.NONE; slot = pending.firstDue()) {
      if (!isUsedUp(slot)) {
        return slot;
      }
      exhaust(slot);
    }
    return ConsumerPending.NONE;
  }

  /** A message is about to be sent; {@code slot} is its entry if it was delivered before. */
  @HotPath
  void onDelivered(final long sequence, final int slot) {
    deliveredConsumerSequence++;
    if (slot != ConsumerPending.NONE) {
      pending.redeliveries(slot, pending.redeliveries(slot) + 1);
      setDeadline(slot, consumer.exchange().monotonicNs());
      return;
    }
    deliveredSequence = sequence;
    if (consumer.config().ackPolicy() == AckPolicy.NONE) {
      floorSequence = deliveredSequence;
      floorConsumerSequence = deliveredConsumerSequence;
    } else {
      setDeadline(
          pending.add(sequence, deliveredConsumerSequence), consumer.exchange().monotonicNs());
    }
  }

  /** Where nothing is acknowledged, a message is done when it was sent. */
  @HotPath
  void afterSend(final long sequence) {
    if (consumer.config().ackPolicy() == AckPolicy.NONE && isRetentionByAcks()) {
      append(ConsumerRecords.KIND_ONE, sequence, deliveredConsumerSequence, nobody);
    }
  }

  /** A redelivery that could not be made comes first again. */
  void putBack(final long sequence) {
    final int slot = pending.find(sequence);
    if (slot != ConsumerPending.NONE) {
      pending.dueFirst(slot);
    }
  }

  /** A redelivery that cannot be made now gets its time again. */
  void defer(final int slot) {
    setDeadline(slot, consumer.exchange().monotonicNs());
  }

  /** Whatever is neither due nor timed was being read: it is due again. */
  void requeueReads() {
    for (int slot = pending.first(); slot != ConsumerPending.NONE; slot = pending.next(slot)) {
      if (pending.isResting(slot) && hasAckWait()) {
        pending.due(slot);
      }
    }
  }

  private boolean hasAckWait() {
    return consumer.config().ackWaitNs() > 0;
  }

  @HotPath
  private void setDeadline(final int slot, final long nowNs) {
    if (!hasAckWait()) {
      pending.rest(slot);
      return;
    }
    final long deadlineNs =
        Deadline.after(nowNs, consumer.config().ackWaitNs(pending.redeliveries(slot)));
    pending.deadline(slot, deadlineNs);
    consumer.armBy(deadlineNs);
  }

  /** Queues what was not acknowledged in time. */
  void expire(final long nowNs) {
    for (int slot = pending.expire(nowNs);
        slot != ConsumerPending.NONE;
        slot = pending.expire(nowNs)) {
      if (isUsedUp(slot)) {
        exhaust(slot);
      }
    }
  }

  private boolean isUsedUp(final int slot) {
    final int max = consumer.config().deliveriesMax();
    return max > 0 && pending.redeliveries(slot) + 1 >= max;
  }

  private void exhaust(final int slot) {
    final long sequence = pending.sequence(slot);
    final int redeliveries = pending.redeliveries(slot);
    remove(slot);
    exhausted.put(sequence, redeliveries);
    consumer.markDirty();
    consumer.wake();
    consumer.events().onMaxDeliveries(consumer, sequence, redeliveries + 1L);
  }

  /** Takes an entry out and moves the floor. */
  private void remove(final int slot) {
    final boolean isFirst = pending.first() == slot;
    pending.remove(slot);
    final int first = pending.first();
    if (first == ConsumerPending.NONE) {
      floorSequence = deliveredSequence;
      floorConsumerSequence = deliveredConsumerSequence;
    } else if (isFirst) {
      floorSequence = pending.sequence(first) - 1;
      floorConsumerSequence = pending.consumerSequence(first) - 1;
    }
  }

  // Acknowledgements

  /** A message on one of this consumer's acknowledgement subjects. */
  @HotPath
  void onAck(final Slice subject, final Slice reply, final Slice payload) {
    if (!view.wrap(subject) || view.streamSequence() == 0) {
      return;
    }
    final AckView.Verb verb = AckView.verb(payload);
    switch (verb) {
      case ACK -> acknowledge(reply);
      case NEXT -> {
        acknowledge(nobody);
        AckView.argument(verb, payload, argument);
        if (consumer.target() instanceof PullTarget pull) {
          pull.onRequest(reply, argument);
        }
      }
      case NAK -> {
        AckView.argument(verb, payload, argument);
        negate(argument);
        answer(reply);
      }
      case PROGRESS -> {
        progress();
        answer(reply);
      }
      case TERM -> {
        AckView.argument(verb, payload, argument);
        terminate(reply, argument);
      }
      case UNKNOWN -> answer(reply);
    }
  }

  @HotPath
  private void acknowledge(final Slice reply) {
    final long sequence = view.streamSequence();
    if (sequence >= consumer.cursor().next() && sequence > deliveredSequence) {
      return;
    }
    final boolean wasStalled = isFull();
    switch (consumer.config().ackPolicy()) {
      case NONE -> {
        return;
      }
      case EXPLICIT -> acknowledgeOne(sequence, reply);
      case ALL, FLOW_CONTROL -> acknowledgeAll(sequence, view.consumerSequence(), reply);
    }
    if (wasStalled && !isFull()) {
      consumer.wake();
    }
  }

  /** Whether delivery may be waiting for an acknowledgement: by its limit, or for memory. */
  private boolean isFull() {
    final int max = consumer.config().ackPendingMax();
    return max > 0 && pending.count() >= max || pending.isFilled();
  }

  @HotPath
  private void acknowledgeOne(final long sequence, final Slice reply) {
    final int slot = pending.find(sequence);
    final boolean isKnown = slot != ConsumerPending.NONE || isExhausted(sequence);
    if (!isKnown && (reply.isEmpty() || isOfOthers(sequence))) {
      answer(reply);
      return;
    }
    final long consumerSequence =
        slot == ConsumerPending.NONE ? view.consumerSequence() : pending.consumerSequence(slot);
    if (!append(ConsumerRecords.KIND_ONE, sequence, consumerSequence, reply)) {
      return;
    }
    if (slot != ConsumerPending.NONE) {
      remove(slot);
    }
    exhausted.remove(sequence);
    lastAckNs = consumer.exchange().wallNs();
  }

  /** Whether a message is one that this consumer never delivers. */
  private boolean isOfOthers(final long sequence) {
    final int subjectId = stream.index().subjectId(sequence);
    return subjectId != SubjectTable.NONE && !consumer.cursor().filter().matches(subjectId);
  }

  @HotPath
  private void acknowledgeAll(final long sequence, final long consumerSequence, final Slice reply) {
    if (sequence <= floorSequence) {
      if (!reply.isEmpty()) {
        // What acknowledged it may not be on the disk yet: this record is answered after that.
        append(ConsumerRecords.KIND_ALL, sequence, consumerSequence, reply);
      }
      return;
    }
    if (!append(ConsumerRecords.KIND_ALL, sequence, consumerSequence, reply)) {
      return;
    }
    while (pending.first() != ConsumerPending.NONE
        && pending.sequence(pending.first()) <= sequence) {
      pending.remove(pending.first());
    }
    floorSequence = sequence;
    // A delivery before an unclean stop may have had a number that was not given again yet.
    floorConsumerSequence =
        Math.max(floorConsumerSequence, Math.min(consumerSequence, deliveredConsumerSequence));
    lastAckNs = consumer.exchange().wallNs();
  }

  private void negate(final Slice delay) {
    final int slot = pending.find(view.streamSequence());
    if (slot == ConsumerPending.NONE) {
      return;
    }
    consumer
        .events()
        .onNak(consumer, view.streamSequence(), view.consumerSequence(), view.deliveries());
    final long delayNs = delay.isEmpty() ? GoDuration.INVALID : delayNs(delay.toString());
    if (delayNs == GoDuration.INVALID) {
      if (isUsedUp(slot)) {
        exhaust(slot);
      } else {
        pending.due(slot);
        consumer.wake();
      }
      return;
    }
    final long deadlineNs = Deadline.after(consumer.exchange().monotonicNs(), Math.max(0, delayNs));
    pending.deadline(slot, deadlineNs);
    consumer.armBy(deadlineNs);
  }

  private static long delayNs(final String text) {
    if (!text.startsWith("{")) {
      return GoDuration.parseNs(text);
    }
    try {
      return JsonReader.parse(text.getBytes(StandardCharsets.UTF_8)).number("delay", 0);
    } catch (final JsonException e) {
      return GoDuration.INVALID;
    }
  }

  private void progress() {
    final int slot = pending.find(view.streamSequence());
    if (slot != ConsumerPending.NONE && pending.isTimed(slot)) {
      setDeadline(slot, consumer.exchange().monotonicNs());
    }
  }

  private void terminate(final Slice reply, final Slice reason) {
    final long sequence = view.streamSequence();
    final long consumerSequence = view.consumerSequence();
    final long deliveries = view.deliveries();
    final String text = reason.toString();
    acknowledge(reply);
    consumer.events().onTerminated(consumer, sequence, consumerSequence, deliveries, text);
  }

  /** An empty message to whom waits for one. */
  void answer(final Slice reply) {
    if (!reply.isEmpty()) {
      answer.clear();
      answer.subject().wrap(reply);
      consumer.exchange().route(stream.accountId(), answer);
    }
  }

  /**
   * Writes an acknowledgement's record; if none has to be kept, its effect takes place at once.
   *
   * @return false if the journal can not take it now: nothing happened
   */
  @HotPath
  private boolean append(
      final int kind, final long sequence, final long consumerSequence, final Slice reply) {
    if (!consumer.isKept() && !isRetentionByAcks()) {
      answer(reply);
      return true;
    }
    final long written =
        consumer
            .exchange()
            .tryAppend(
                RecordType.ACK,
                stream.accountId(),
                stream.id(),
                sequence,
                !reply.isEmpty(),
                0,
                consumer
                    .records()
                    .ack(
                        consumer.id(),
                        kind,
                        consumerSequence,
                        deliveredSequence,
                        deliveredConsumerSequence,
                        consumer.cursor().next(),
                        reply));
    return written >= 0;
  }

  private boolean isRetentionByAcks() {
    return stream.config().retention() != StreamConfig.Retention.LIMITS;
  }

  // What the stream tells it

  /** A message goes for good. */
  void onRemoving(final long sequence) {
    exhausted.remove(sequence);
    final int slot = pending.find(sequence);
    if (slot == ConsumerPending.NONE) {
      return;
    }
    final boolean wasStalled = isFull();
    final long consumerSequence = pending.consumerSequence(slot);
    final long deliveries = pending.redeliveries(slot) + 1L;
    remove(slot);
    if (consumer.home().isLive()) {
      lastAckNs = consumer.exchange().wallNs();
      consumer.markDirty();
      consumer.events().onTerminated(consumer, sequence, consumerSequence, deliveries, GONE);
      if (wasStalled) {
        consumer.wake();
      }
    }
  }

  /** Everything up to {@code sequence} is delivered or gone. */
  void onPurged(final long sequence) {
    deliveredSequence = Math.max(deliveredSequence, sequence);
    if (pending.isEmpty()) {
      floorSequence = deliveredSequence;
      floorConsumerSequence = deliveredConsumerSequence;
    }
  }

  /** Whether a message was delivered as often as it may be, and never acknowledged. */
  boolean isExhausted(final long sequence) {
    return exhausted.get(sequence) != NOT_EXHAUSTED;
  }

  /** Whether an interest or work-queue stream has to keep a message that this consumer wants. */
  boolean isNeeded(final long sequence) {
    if (isExhausted(sequence)) {
      return true;
    }
    if (sequence <= floorSequence) {
      return false;
    }
    return consumer.config().ackPolicy() != AckPolicy.EXPLICIT
        || consumer.cursor().isAhead(sequence)
        || pending.find(sequence) != ConsumerPending.NONE;
  }
}
