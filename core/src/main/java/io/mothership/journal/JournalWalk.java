package io.mothership.journal;

import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;

/**
 * Walks the journal of this process from record to record, up to the commit position.
 *
 * <p>A record that asks for a sync is visible once synced, any other once appended; at the first
 * one that is not visible yet the walk stops, so order never changes.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> nothing per record.
 */
public final class JournalWalk implements AutoCloseable {
  private final JournalReader reader;
  private final JournalRing ring;
  private final CommitSignal signal;
  private final FrameView frame = new FrameView();

  /** Where it begins if nothing was passed yet, ns since 1970. */
  private final long fromNs;

  /** Of the last record handed out or passed over. */
  private long location = Journal.NOWHERE;

  private long sequence;
  private long dropped;
  private long recordsRead;
  private boolean isCaughtUp;
  private boolean isSyncAwaited;

  /**
   * @param reader becomes this walk's
   * @param afterSequence 0 = from the oldest record, or from {@code fromNs}
   */
  public JournalWalk(
      final JournalReader reader,
      final JournalRing ring,
      final CommitSignal signal,
      final long afterSequence,
      final long fromNs) {
    this.reader = reader;
    this.ring = ring;
    this.signal = signal;
    this.sequence = afterSequence;
    this.fromNs = fromNs;
  }

  /**
   * Hands out up to {@code limit} messages, looking at {@code readMax} records at most; records of
   * other types and copies made by compaction are passed over.
   *
   * @return how many messages the visitor took
   */
  public int poll(final Visitor visitor, final int limit, final int readMax) {
    isCaughtUp = false;
    isSyncAwaited = false;
    final long readsEnd = recordsRead + readMax;
    int count = 0;
    while (count < limit && recordsRead < readsEnd) {
      final long candidate = location == Journal.NOWHERE ? seek() : reader.next(location);
      if (candidate == Journal.NOWHERE) {
        isCaughtUp = true;
        return count;
      }
      if (!reader.read(candidate, frame)) {
        // Left the journal with its segment between the two calls: find the place again.
        location = Journal.NOWHERE;
        return count;
      }
      recordsRead++;
      final long next = frame.journalSequence();
      if (!isVisible()) {
        isCaughtUp = true;
        isSyncAwaited = frame.isSynced();
        return count;
      }
      location = candidate;
      if (next > sequence) {
        if (sequence != 0) {
          dropped += next - sequence - 1;
        }
        sequence = next;
        if (frame.recordType() == RecordType.MESSAGE
            && !frame.isCopied()
            && visitor.onMessage(frame)) {
          count++;
        }
      }
    }
    return count;
  }

  /**
   * Reads one message whose place is known, and stays where it was.
   *
   * @return false if it is not there, or not to be seen yet
   */
  public boolean read(final long at, final long journalSequence, final Visitor visitor) {
    if (!reader.read(at, frame)) {
      return false;
    }
    recordsRead++;
    if (frame.journalSequence() != journalSequence
        || frame.recordType() != RecordType.MESSAGE
        || !isVisible()) {
      return false;
    }
    visitor.onMessage(frame);
    return true;
  }

  /** Goes on behind a sequence that others have found to be next. */
  public void moveTo(final long afterSequence) {
    if (afterSequence != sequence) {
      sequence = afterSequence;
      location = Journal.NOWHERE;
    }
  }

  /** Journal sequence of the oldest record there is, 0 = none. */
  public long oldestSequence() {
    final long first = reader.first();
    return first != Journal.NOWHERE && reader.read(first, frame) ? frame.journalSequence() : 0;
  }

  /** Waits until something may have come behind {@code afterSequence}. */
  public void await(final long afterSequence, final long patienceMs) throws InterruptedException {
    reader.letGo();
    // Behind a record that waits for the disk, what is appended meanwhile is no news.
    signal.await(
        () -> (isSyncAwaited ? ring.syncedSequence() : ring.appendedSequence()) > afterSequence,
        patienceMs);
  }

  /** Whether the last poll reached the commit position. */
  public boolean isCaughtUp() {
    return isCaughtUp;
  }

  /** Journal sequence of the last record handed out or passed over. */
  public long journalSequence() {
    return sequence;
  }

  /** Highest journal sequence appended. */
  public long appendedSequence() {
    return ring.appendedSequence();
  }

  /** Records that had left the journal before they could be read, since the last call. */
  public long takeDropped() {
    final long taken = dropped;
    dropped = 0;
    return taken;
  }

  /** Records read so far, wanted or not. */
  public long recordsRead() {
    return recordsRead;
  }

  @Override
  public void close() {
    reader.close();
  }

  private boolean isVisible() {
    return frame.journalSequence()
        <= (frame.isSynced() ? ring.syncedSequence() : ring.appendedSequence());
  }

  private long seek() {
    if (sequence > 0) {
      return reader.seekSequence(sequence + 1);
    }
    return fromNs > Long.MIN_VALUE ? reader.seekTime(fromNs) : reader.first();
  }

  /** Looks at a message. */
  @FunctionalInterface
  public interface Visitor {
    /** Whether it was wanted; the view is valid only during the call. */
    boolean onMessage(FrameView frame);
  }
}
