package io.mothership.storage.recovery;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * One segment as readers know it: where it lies, how far it may be read, and a sparse index of
 * sequence and time.
 *
 * <p><i>Thread:</i> grown by one thread (recovery, then ms-journal) while any number read; what
 * readers may see is published by {@link #publish}. <i>Allocates:</i> nothing per frame, rarely to
 * grow.
 */
public final class SegmentIndex {
  private static final int STRETCH = 256 * 1024;
  private static final int FIELDS = 3;
  private static final int ENTRIES_INITIAL = 64;

  private final SegmentDescriptor descriptor;
  private volatile Path file;
  private long[] growing = new long[ENTRIES_INITIAL * FIELDS];
  private int count;
  private int nextOffset;
  private volatile Stretches stretches = new Stretches(growing, 0);
  private volatile int end;

  private record Stretches(long[] entries, int count) {}

  public SegmentIndex(final SegmentDescriptor descriptor, final Path file) {
    this.descriptor = descriptor;
    this.file = file;
    this.end = descriptor.dataOffset();
  }

  public int segment() {
    return descriptor.segment();
  }

  public SegmentDescriptor descriptor() {
    return descriptor;
  }

  public Path file() {
    return file;
  }

  /** The file was renamed. */
  public void file(final Path newFile) {
    file = newFile;
  }

  /** Offset after the last byte that readers may look at. */
  public int end() {
    return end;
  }

  /** Lets readers see everything up to {@code newEnd}. */
  public void publish(final int newEnd) {
    end = newEnd;
  }

  /** Notes a frame that is not a copy; they come in order. */
  public void add(final long sequence, final long timeNs, final int frameOffset) {
    if (frameOffset < nextOffset) {
      return;
    }
    nextOffset = frameOffset + STRETCH;
    if ((count + 1) * FIELDS > growing.length) {
      growing = Arrays.copyOf(growing, growing.length * 2);
    }
    final int at = count * FIELDS;
    growing[at] = sequence;
    growing[at + 1] = timeNs;
    growing[at + 2] = frameOffset;
    count++;
    stretches = new Stretches(growing, count);
  }

  /** Journal sequence of the segment's first record. */
  public long firstSequence() {
    return descriptor.firstSequence();
  }

  public long firstTimeNs() {
    return descriptor.firstTimeNs();
  }

  /**
   * Offset of the last indexed frame whose sequence is at most {@code sequence}, or of the first
   * record's place if none is.
   */
  public int offsetBefore(final long value, final boolean isTime) {
    final Stretches known = stretches;
    int low = 0;
    int high = known.count();
    while (low < high) {
      final int middle = (low + high) >>> 1;
      final long entry = known.entries()[middle * FIELDS + (isTime ? 1 : 0)];
      // Times may repeat: the first frame of a time can lie before an entry of the same time.
      if (isTime ? entry < value : entry <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0
        ? descriptor.dataOffset() + SegmentDescriptor.PREFIX_LENGTH
        : (int) known.entries()[(low - 1) * FIELDS + 2];
  }
}
