package io.mothership.jetstream;

import io.mothership.frame.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import org.agrona.DirectBuffer;

/** Takes everything, keeps nothing. */
final class BlackHoleJournal implements Journal {
  private long count;

  @Override
  public long append(final DirectBuffer buffer, final int offset, final int length) {
    return count++;
  }

  @Override
  public void sync() {}

  @Override
  public JournalReader reader() {
    return new JournalReader() {
      @Override
      public boolean read(final long location, final FrameView frame) {
        return false;
      }

      @Override
      public long first() {
        return NOWHERE;
      }

      @Override
      public long next(final long location) {
        return NOWHERE;
      }

      @Override
      public long seekSequence(final long journalSequence) {
        return NOWHERE;
      }

      @Override
      public long seekTime(final long timeNs) {
        return NOWHERE;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() {}
}
