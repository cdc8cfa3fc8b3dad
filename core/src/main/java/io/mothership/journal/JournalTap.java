package io.mothership.journal;

import io.mothership.bus.Tap;
import io.mothership.bus.TapStart;
import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.consumer.Consumer;

/**
 * A tap on the journal of this process: reads its own mapping and stops at the commit position.
 *
 * <p>A record that asks for a sync is visible once synced, any other once appended; at the first
 * one that is not visible yet the tap stops, so order never changes.
 */
public final class JournalTap implements Tap {
  private final JournalReader reader;
  private final JournalRing ring;
  private final CommitSignal signal;
  private final StreamNames names;
  private final FrameView frame = new FrameView();
  private final TapStart start;

  /** Of the last record handed out or passed over. */
  private long location = Journal.NOWHERE;

  private long sequence;
  private long dropped;
  private boolean isCaughtUp;
  private boolean isSyncAwaited;

  public JournalTap(
      final JournalReader reader,
      final JournalRing ring,
      final CommitSignal signal,
      final StreamNames names,
      final TapStart start) {
    this.reader = reader;
    this.ring = ring;
    this.signal = signal;
    this.names = names;
    this.start = start instanceof TapStart.Now ? afterCommitted() : start;
    this.sequence =
        this.start instanceof TapStart.AfterSequence after ? after.journalSequence() : 0;
  }

  @Override
  public int poll(final Consumer consumer, final int limit) {
    isCaughtUp = false;
    isSyncAwaited = false;
    int count = 0;
    while (count < limit) {
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
      final long next = frame.journalSequence();
      if (next > visibleSequence()) {
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
        if (frame.recordType() == RecordType.MESSAGE && !frame.isCopied()) {
          consumer.onRecord(names.name(frame.streamId()), frame);
          count++;
        }
      }
    }
    return count;
  }

  @Override
  public void await(final long patienceMs) throws InterruptedException {
    reader.letGo();
    // Behind a record that waits for the disk, what is appended meanwhile is no news.
    signal.await(
        () -> (isSyncAwaited ? ring.syncedSequence() : ring.appendedSequence()) > sequence,
        patienceMs);
  }

  @Override
  public boolean isCaughtUp() {
    return isCaughtUp;
  }

  @Override
  public long journalSequence() {
    return sequence;
  }

  @Override
  public long committedSequence() {
    return ring.appendedSequence();
  }

  @Override
  public long takeDropped() {
    final long taken = dropped;
    dropped = 0;
    return taken;
  }

  @Override
  public void close() {
    reader.close();
  }

  private long visibleSequence() {
    return frame.isSynced() ? ring.syncedSequence() : ring.appendedSequence();
  }

  private TapStart afterCommitted() {
    return new TapStart.AfterSequence(ring.appendedSequence());
  }

  private long seek() {
    if (sequence > 0) {
      return reader.seekSequence(sequence + 1);
    }
    return start instanceof TapStart.AtTime at ? reader.seekTime(at.timeNs()) : reader.first();
  }
}
