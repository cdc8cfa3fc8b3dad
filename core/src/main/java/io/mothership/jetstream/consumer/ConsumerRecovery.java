package io.mothership.jetstream.consumer;

import io.mothership.frame.FrameView;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.model.AckPolicy;
import io.mothership.jetstream.stream.Stream;
import org.agrona.collections.LongHashSet;

/**
 * Puts a consumer's state together from its records: the last whole state, and what
 * acknowledgements after it say. Deliveries that no record tells are made again.
 *
 * <p><i>Thread:</i> the one that starts the appliance.
 */
final class ConsumerRecovery {
  private final Consumer consumer;
  private final long listEnd;
  private final LongHashSet acked = new LongHashSet();
  private long knownSequence;
  private long knownConsumerSequence;
  private long knownFloor;
  private long next;
  private long ackedAll;
  private long ackedFrom = Long.MAX_VALUE;
  private boolean hasState;

  ConsumerRecovery(final Consumer consumer, final FrameView config) {
    this.consumer = consumer;
    this.next = ConsumerRecords.i64(config, 16);
    this.listEnd = ConsumerRecords.i64(config, 24);
    this.knownSequence = next - 1;
    this.knownFloor = knownSequence;
    consumer.acks().startAt(knownSequence);
    consumer.cursor().startAt(next);
  }

  void onState(final FrameView frame) {
    final ConsumerAcks acks = consumer.acks();
    hasState = true;
    acked.clear();
    ackedAll = 0;
    ackedFrom = Long.MAX_VALUE;
    knownSequence = ConsumerRecords.i64(frame, 16);
    knownConsumerSequence = ConsumerRecords.i64(frame, 24);
    knownFloor = ConsumerRecords.i64(frame, 32);
    next = ConsumerRecords.i64(frame, 48);
    acks.restore(
        knownSequence,
        knownConsumerSequence,
        knownFloor,
        ConsumerRecords.i64(frame, 40),
        ConsumerRecords.i64(frame, 64));
    consumer.lastDeliveredNs(ConsumerRecords.i64(frame, 56));
    int at = ConsumerRecords.STATE_LENGTH;
    for (int i = ConsumerRecords.i32(frame, 4); i > 0; i--) {
      acks.restoreEntry(
          ConsumerRecords.i64(frame, at),
          ConsumerRecords.i64(frame, at + 8),
          ConsumerRecords.i32(frame, at + 16));
      at += ConsumerRecords.STATE_ENTRY_LENGTH;
    }
    for (int i = ConsumerRecords.i32(frame, 8); i > 0; i--) {
      acks.exhausted().put(ConsumerRecords.i64(frame, at), ConsumerRecords.i32(frame, at + 8));
      at += ConsumerRecords.EXHAUSTED_LENGTH;
    }
  }

  void onAck(final FrameView frame) {
    final long sequence = frame.streamSequence();
    final boolean isAll = ConsumerRecords.i32(frame, 4) == ConsumerRecords.KIND_ALL;
    consumer
        .acks()
        .restoreDelivered(ConsumerRecords.i64(frame, 16), ConsumerRecords.i64(frame, 24));
    next = Math.max(next, ConsumerRecords.i64(frame, 32));
    ackedFrom = Math.min(ackedFrom, sequence);
    if (isAll) {
      ackedAll = Math.max(ackedAll, sequence);
    } else if (sequence > knownSequence) {
      acked.add(sequence);
    }
    consumer.acks().restoreAck(sequence, isAll, frame.timeNs());
  }

  /**
   * What {@link ConsumerAcks#isNeeded} answered when the stream was where the records seen until
   * now bring it.
   */
  boolean isNeeded(final long sequence) {
    final ConsumerAcks acks = consumer.acks();
    if (acks.isExhausted(sequence)) {
      return true;
    }
    return switch (consumer.config().ackPolicy()) {
      case NONE -> sequence > acks.deliveredSequence();
      case ALL, FLOW_CONTROL -> sequence > Math.max(knownFloor, ackedAll);
      case EXPLICIT ->
          sequence <= knownSequence
              ? acks.pending().find(sequence) != ConsumerPending.NONE
              : !acked.contains(sequence) && !isSkipped(sequence);
    };
  }

  /** All records were seen and the stream is complete. */
  void finish(final long nowNs) {
    final ConsumerAcks acks = consumer.acks();
    final Stream stream = consumer.stream();
    final StreamIndex index = stream.index();
    final SubjectFilter filter = consumer.cursor().filter();
    if (consumer.config().ackPolicy() != AckPolicy.NONE) {
      final long end = Math.min(acks.deliveredSequence(), index.last());
      long consumerSequence = knownConsumerSequence;
      for (long at = index.nextPresent(knownSequence + 1);
          at <= end;
          at = index.nextPresent(at + 1)) {
        if (!filter.matches(index.subjectId(at)) || isSkipped(at)) {
          continue;
        }
        consumerSequence = Math.min(consumerSequence + 1, acks.deliveredConsumerSequence());
        if (at > ackedAll && !acked.contains(at)) {
          acks.restoreEntry(at, consumerSequence, 0);
        }
      }
    }
    acks.restored(nowNs, ackedFrom);
    final long from = Math.max(next, stream.firstSequence());
    if (acks.deliveredSequence() < listEnd && !isListDone()) {
      consumer.cursor().resumeList(acks.deliveredSequence() + 1, listEnd);
    } else {
      consumer.cursor().startAt(from);
      consumer.cursor().recount();
    }
  }

  private boolean isListDone() {
    return hasState && next > listEnd;
  }

  /** Whether a last-per-subject start left a message out. */
  private boolean isSkipped(final long sequence) {
    if (sequence > listEnd) {
      return false;
    }
    final long newer = consumer.stream().index().nextSame(sequence);
    return newer != 0 && newer <= listEnd;
  }
}
