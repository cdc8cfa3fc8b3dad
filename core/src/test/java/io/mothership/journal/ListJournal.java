package io.mothership.journal;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A journal in a list, with faults on demand, for tests that step the agents by hand. */
public final class ListJournal implements Journal {
  private final List<UnsafeBuffer> frames = new ArrayList<>();
  private int synced;
  private boolean failsNextSync;

  @Override
  public synchronized long append(final DirectBuffer buffer, final int offset, final int length) {
    final byte[] copy = new byte[length];
    buffer.getBytes(offset, copy);
    frames.add(new UnsafeBuffer(copy));
    return frames.size() - 1L;
  }

  @Override
  public synchronized void sync() {
    if (failsNextSync) {
      throw new IllegalStateException("planted sync failure");
    }
    synced = frames.size();
  }

  public void failNextSync() {
    failsNextSync = true;
  }

  public synchronized int appendedCount() {
    return frames.size();
  }

  public synchronized int syncedCount() {
    return synced;
  }

  @Override
  public JournalReader reader() {
    return new Reader();
  }

  @Override
  public void close() {}

  private final class Reader implements JournalReader {
    private final FrameView scratch = new FrameView();

    @Override
    public boolean read(final long location, final FrameView frame) {
      synchronized (ListJournal.this) {
        if (location < 0 || location >= frames.size()) {
          return false;
        }
        frame.wrap(frames.get((int) location), 0);
        return true;
      }
    }

    @Override
    public long first() {
      return appendedCount() == 0 ? NOWHERE : 0;
    }

    @Override
    public long next(final long location) {
      return location + 1 < appendedCount() ? location + 1 : NOWHERE;
    }

    @Override
    public long seekSequence(final long journalSequence) {
      for (long at = 0; read(at, scratch); at++) {
        if (scratch.journalSequence() >= journalSequence) {
          return at;
        }
      }
      return NOWHERE;
    }

    @Override
    public long seekTime(final long timeNs) {
      for (long at = 0; read(at, scratch); at++) {
        if (scratch.timeNs() >= timeNs) {
          return at;
        }
      }
      return NOWHERE;
    }

    @Override
    public void close() {}
  }
}
