package io.mothership.jetstream.stream;

import io.mothership.frame.MessageView;
import io.mothership.frame.codec.RecordType;
import io.mothership.journal.SyncPolicy;

/**
 * The sequences of an {@code interval} stream that it may give away: they are reserved in blocks
 * whose records are synced. After a power cut the stream goes on above its reservation, so no
 * sequence ever names two messages.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> never.
 */
final class SequenceReservation {
  /** Sequences reserved at a time. */
  static final int BLOCK = 1 << 16;

  private static final MessageView NO_MESSAGE = new MessageView();

  private final StreamHome owner;
  private final Stream stream;
  private long reservedTo;
  private long synced;

  /** What still comes may not rely on a reservation: it is being given back. */
  private boolean isReleased;

  SequenceReservation(final StreamHome owner, final Stream stream) {
    this.owner = owner;
    this.stream = stream;
  }

  /** The highest sequence of the last reservation. */
  long reservedTo() {
    return reservedTo;
  }

  /** A reservation's record, or a checkpoint behind it, was found at start. */
  void onRecovered(final long upTo) {
    reservedTo = upTo;
  }

  /** Leaves a gap where messages may have been that a power cut took. */
  void onRecoveryComplete() {
    if (reservedTo > stream.lastSequence()) {
      stream.index().skipTo(reservedTo);
    }
    synced = stream.lastSequence();
    reservedTo = synced;
  }

  void onSynced(final long upTo) {
    synced = Math.max(synced, upTo);
  }

  /** Gives back what is reserved and not used; the last record before an orderly stop. */
  void release() {
    if (reservedTo > stream.lastSequence()) {
      tryReserve(stream.lastSequence());
      isReleased = true;
    }
  }

  /**
   * Whether the acknowledgement of a message must wait for the disk; reserves more when few are
   * left.
   */
  boolean isSyncNeeded(final long sequence) {
    if (stream.sync() == SyncPolicy.ALWAYS || isReleased) {
      return true;
    }
    if (stream.config().isMemory()) {
      return false;
    }
    if (sequence + BLOCK / 2 > reservedTo) {
      tryReserve(sequence + BLOCK);
    }
    return sequence > synced;
  }

  private void tryReserve(final long upTo) {
    final long journalSequence =
        owner
            .exchange()
            .tryAppend(
                RecordType.RESERVATION, stream.accountId(), stream.id(), upTo, true, 0, NO_MESSAGE);
    if (journalSequence >= 0) {
      reservedTo = upTo;
    }
  }
}
