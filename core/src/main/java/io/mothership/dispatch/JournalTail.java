package io.mothership.dispatch;

import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import io.mothership.journal.JournalRing;

/**
 * The dispatcher's end of the journal ring: appends records, follows how far they got, and reads
 * recent ones.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> never.
 */
final class JournalTail {
  private final JournalRing ring;
  private final FrameView frame = new FrameView();
  private final long recoveredSequence;
  private final long recoveredLocation;
  private long appendedSeen;
  private long syncedSeen;
  private boolean isFailureTold;

  /**
   * @param recoveredLocation where the last record of the journal lies, as it was found
   */
  public JournalTail(final JournalRing ring, final long recoveredLocation) {
    this.ring = ring;
    this.recoveredSequence = ring.lastSequence();
    this.recoveredLocation = recoveredLocation;
    this.appendedSeen = ring.appendedSequence();
    this.syncedSeen = appendedSeen;
  }

  /** See {@link JournalRing#tryAppend}. */
  public long tryAppend(
      final RecordType type,
      final Origin origin,
      final int accountId,
      final int streamId,
      final long streamSequence,
      final int flags,
      final long ttlNs,
      final long outboxId,
      final long wallNs,
      final MessageView message) {
    return ring.tryAppend(
        type, origin, accountId, streamId, streamSequence, flags, ttlNs, outboxId, wallNs, message);
  }

  public long lastTimeNs() {
    return ring.lastTimeNs();
  }

  /** Journal sequence of the last record written, appended or not. */
  public long lastSequence() {
    return ring.lastSequence();
  }

  /** Journal sequence of the last record whose place the streams were told. */
  public long appendedSequence() {
    return appendedSeen;
  }

  /** Where the last record lies, once {@link #isCaughtUp}. */
  public long lastLocation() {
    return ring.lastSequence() == recoveredSequence
        ? recoveredLocation
        : ring.location(ring.lastSequence());
  }

  public long lastOutboxId() {
    return ring.lastOutboxId();
  }

  public int epoch() {
    return ring.epoch();
  }

  /** See {@link JournalRing#writtenBytes}. */
  public long writtenBytes() {
    return ring.writtenBytes();
  }

  public long syncedSequence() {
    return ring.syncedSequence();
  }

  /** Whether the streams were told of every record that was written. */
  public boolean isCaughtUp() {
    return appendedSeen == ring.lastSequence();
  }

  public boolean hasRoom(final int length) {
    return ring.hasRoom(length);
  }

  public boolean isSpaceLow() {
    return ring.isSpaceLow();
  }

  public boolean isStalled() {
    return ring.isStalled();
  }

  public boolean isFailed() {
    return ring.isFailed();
  }

  public boolean read(final long journalSequence, final FrameView into) {
    return ring.read(journalSequence, into);
  }

  /** Tells what was appended and synced since the last call, each record once and in order. */
  public int advance(final StreamLayer streams) {
    final long synced = ring.syncedSequence();
    final long appended = ring.appendedSequence();
    int work = 0;
    while (appendedSeen < appended) {
      appendedSeen++;
      streams.onAppended(ring.pending(appendedSeen, frame), ring.location(appendedSeen));
      work++;
    }
    final long before = syncedSeen;
    while (syncedSeen < appended) {
      ring.pending(syncedSeen + 1, frame);
      if (frame.isSynced()) {
        if (syncedSeen + 1 > synced) {
          break;
        }
        streams.onSynced(frame);
      }
      syncedSeen++;
    }
    if (syncedSeen != before) {
      ring.release(syncedSeen);
    }
    if (!isFailureTold && ring.isFailed()) {
      isFailureTold = true;
      streams.onJournalFailed();
    }
    return work;
  }
}
