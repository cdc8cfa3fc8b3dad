package io.mothership.journal;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A journal in a list, with faults on demand, for tests that step the agents by hand. */
public final class ListJournal implements Journal {
  private final List<UnsafeBuffer> frames = new ArrayList<>();
  private final StoredCheckpoints checkpoints = new StoredCheckpoints();
  private final Set<Long> damaged = new HashSet<>();
  private final Set<Long> refused = new HashSet<>();
  private final Set<Long> lost = new HashSet<>();
  private int synced;
  private boolean failsNextSync;
  private boolean isFull;
  private boolean isSpaceLow;

  @Override
  public synchronized long append(final DirectBuffer buffer, final int offset, final int length) {
    if (isFull) {
      throw new MothershipException(
          MothershipException.Category.CAPACITY, DISK_FULL, "planted: the disk is full");
    }
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

  /** Free space is below the reserve, or not any more. */
  public synchronized void spaceLow(final boolean isLow) {
    isSpaceLow = isLow;
  }

  /** Nothing at all can be appended, or again. */
  public synchronized void full(final boolean isNowFull) {
    isFull = isNowFull;
    isSpaceLow = isNowFull;
  }

  @Override
  public synchronized boolean isSpaceLow(final boolean isAskedAnew) {
    return isSpaceLow;
  }

  /** Readers find damage there. */
  public synchronized void damage(final long location) {
    damaged.add(location);
  }

  /** Readers cannot open the place. */
  public synchronized void refuse(final long location) {
    refused.add(location);
  }

  /** Neither readers nor the next start find the frame. */
  public synchronized void lose(final long location) {
    damaged.add(location);
    lost.add(location);
  }

  /** Everything can be read again. */
  public synchronized void repair() {
    damaged.clear();
    refused.clear();
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
  public Optional<Upkeep> upkeep() {
    return Optional.of(new Keeping());
  }

  /**
   * Rebuilds the layers above from the newest checkpoint whose frame is here and the frames after
   * it.
   *
   * @return the last frame, or null if there is none
   */
  public FrameView recover(final RecoveryListener listener) {
    final long covered = checkpoints.offer(listener, frames.size());
    final FrameView frame = new FrameView();
    for (int at = 0; at < frames.size(); at++) {
      frame.wrap(frames.get(at), 0);
      if (frame.journalSequence() > covered && !lost.contains((long) at)) {
        listener.onFrame(frame, at);
      }
    }
    return frames.isEmpty() ? null : frame;
  }

  /** A journal with the first frames of this one, and all its checkpoints. */
  public ListJournal survivor(final int count) {
    final ListJournal survivor = new ListJournal();
    for (int at = 0; at < count; at++) {
      survivor.append(frames.get(at), 0, frames.get(at).capacity());
    }
    survivor.sync();
    survivor.checkpoints.addAll(checkpoints);
    survivor.damaged.addAll(damaged);
    survivor.lost.addAll(lost);
    return survivor;
  }

  /** Checkpoints taken so far, also those that a survivor took over. */
  public int checkpointCount() {
    return checkpoints.count();
  }

  private final class Keeping implements Upkeep {
    @Override
    public long checkpoint(final Checkpoint checkpoint, final FrozenState state) {
      checkpoints.add(checkpoint, state);
      return 0;
    }

    @Override
    public Optional<ByteBuffer> load() {
      return Optional.of(checkpoints.load());
    }

    @Override
    public Relocations free(final FrozenState state) {
      return new Relocations();
    }

    @Override
    public void freeDead(final FrozenState state) {}

    @Override
    public void release() {
      checkpoints.release();
    }
  }

  @Override
  public JournalReader reader() {
    return new Reader();
  }

  @Override
  public void close() {}

  private final class Reader implements JournalReader {
    private final FrameView scratch = new FrameView();
    private boolean isLost;

    @Override
    public boolean isLost() {
      return isLost;
    }

    @Override
    public boolean read(final long location, final FrameView frame) {
      synchronized (ListJournal.this) {
        isLost = !refused.contains(location);
        if (location < 0
            || location >= frames.size()
            || refused.contains(location)
            || damaged.contains(location)) {
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
