package io.mothership.stream;

import java.util.Arrays;

/**
 * {@value #LENGTH} sequences of a {@link StreamIndex}, in one of two shapes: columns, or packed as
 * they lie in a checkpoint, which takes a quarter of the room and is only read by {@link
 * #unpacked}.
 *
 * <p>Packed, each message is its distance from the one before in every column, as a number of
 * variable length.
 */
final class IndexChunk {
  static final int LENGTH = 1024;

  /** A place and seven columns of ten bytes at most. */
  static final int PACKED_LENGTH_MAX = LENGTH * 8 * 10;

  private static final long[] NO_LONGS = {};
  private static final int[] NO_INTS = {};
  private static final byte[] NOT_PACKED = {};

  final long[] locations;
  final long[] journalSequences;
  final long[] times;
  final long[] nextSame;
  final long[] previousSame;
  final int[] subjectIds;
  final int[] sizes;
  private final byte[] packed;
  int live;

  /** While a frozen state is in use somebody else may be reading it, and it never changes. */
  boolean isFrozen;

  IndexChunk() {
    locations = new long[LENGTH];
    journalSequences = new long[LENGTH];
    times = new long[LENGTH];
    nextSame = new long[LENGTH];
    previousSame = new long[LENGTH];
    subjectIds = new int[LENGTH];
    sizes = new int[LENGTH];
    packed = NOT_PACKED;
  }

  IndexChunk(final IndexChunk frozen) {
    locations = frozen.locations.clone();
    journalSequences = frozen.journalSequences.clone();
    times = frozen.times.clone();
    nextSame = frozen.nextSame.clone();
    previousSame = frozen.previousSame.clone();
    subjectIds = frozen.subjectIds.clone();
    sizes = frozen.sizes.clone();
    packed = NOT_PACKED;
    live = frozen.live;
  }

  /** One of which nothing is looked at yet. */
  IndexChunk(final byte[] packed, final int live) {
    locations = NO_LONGS;
    journalSequences = NO_LONGS;
    times = NO_LONGS;
    nextSame = NO_LONGS;
    previousSame = NO_LONGS;
    subjectIds = NO_INTS;
    sizes = NO_INTS;
    this.packed = packed;
    this.live = live;
  }

  boolean isPacked() {
    return packed != NOT_PACKED;
  }

  byte[] packed() {
    return packed;
  }

  /** Without any message. */
  void clear() {
    isFrozen = false;
    Arrays.fill(subjectIds, SubjectTable.NONE);
    live = 0;
  }

  /**
   * Packs columns into {@code target}, which has {@value #PACKED_LENGTH_MAX} bytes.
   *
   * @return the length
   */
  int pack(final byte[] target) {
    int to = 0;
    int previous = 0;
    long location = 0;
    long journalSequence = 0;
    long time = 0;
    long next = 0;
    long before = 0;
    int subject = 0;
    int size = 0;
    for (int at = 0; at < LENGTH; at++) {
      if (subjectIds[at] != SubjectTable.NONE) {
        to = put(target, to, at - previous);
        to = put(target, to, locations[at] - location);
        to = put(target, to, journalSequences[at] - journalSequence);
        to = put(target, to, times[at] - time);
        to = put(target, to, nextSame[at] - next);
        to = put(target, to, previousSame[at] - before);
        to = put(target, to, (long) subjectIds[at] - subject);
        to = put(target, to, (long) sizes[at] - size);
        previous = at;
        location = locations[at];
        journalSequence = journalSequences[at];
        time = times[at];
        next = nextSame[at];
        before = previousSame[at];
        subject = subjectIds[at];
        size = sizes[at];
      }
    }
    return to;
  }

  /** The same as columns. */
  IndexChunk unpacked() {
    final IndexChunk columns = new IndexChunk();
    columns.clear();
    columns.live = live;
    final Reading in = new Reading(packed);
    int at = 0;
    long location = 0;
    long journalSequence = 0;
    long time = 0;
    long next = 0;
    long before = 0;
    long subject = 0;
    long size = 0;
    for (int left = live; left > 0; left--) {
      at += (int) in.next();
      columns.locations[at] = location += in.next();
      columns.journalSequences[at] = journalSequence += in.next();
      columns.times[at] = time += in.next();
      columns.nextSame[at] = next += in.next();
      columns.previousSame[at] = before += in.next();
      columns.subjectIds[at] = (int) (subject += in.next());
      columns.sizes[at] = (int) (size += in.next());
    }
    return columns;
  }

  /** Seven bits a byte, the lowest first; the sign lies in the lowest bit. */
  private static int put(final byte[] target, final int offset, final long value) {
    long bits = value << 1 ^ value >> 63;
    int to = offset;
    while ((bits & ~0x7FL) != 0) {
      target[to++] = (byte) (bits | 0x80);
      bits >>>= 7;
    }
    target[to++] = (byte) bits;
    return to;
  }

  private static final class Reading {
    private final byte[] bytes;
    private int at;

    Reading(final byte[] bytes) {
      this.bytes = bytes;
    }

    long next() {
      long bits = 0;
      int shift = 0;
      byte part = bytes[at++];
      while (part < 0) {
        bits |= (part & 0x7FL) << shift;
        shift += 7;
        part = bytes[at++];
      }
      bits |= (long) part << shift;
      return bits >>> 1 ^ -(bits & 1);
    }
  }
}
