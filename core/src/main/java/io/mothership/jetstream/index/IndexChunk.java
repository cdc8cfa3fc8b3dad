package io.mothership.jetstream.index;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * {@value #LENGTH} sequences of a {@link StreamIndex}, in one of three shapes: columns with a slot
 * for each sequence; columns with slots for those that were there when it was last compacted; or
 * packed as they lie in a checkpoint, which takes a fraction of the room, never changes, and is
 * only read by a {@link ChunkUnpacker}.
 *
 * <p>Packed, each message is a byte of marks, one for each column, and the numbers of the marked
 * columns: how far each is from what the message before let expect, in variable length. Messages
 * that come in an even step take a byte or two.
 */
final class IndexChunk {
  static final int LENGTH = 1024;

  /** {@link #slot}: nothing of that sequence is known. */
  static final int ABSENT = -1;

  /**
   * The first byte of a packed chunk. Up to state version 4 it was the first message's place, an
   * even number, and all columns were there as distances from the message before.
   */
  static final byte PACKING = 1;

  static final int MARK_POSITION = 1;
  static final int MARK_LOCATION = 1 << 1;
  static final int MARK_JOURNAL_SEQUENCE = 1 << 2;
  static final int MARK_TIME = 1 << 3;
  static final int MARK_NEXT_SAME = 1 << 4;
  static final int MARK_PREVIOUS_SAME = 1 << 5;
  static final int MARK_SUBJECT = 1 << 6;
  static final int MARK_SIZE = 1 << 7;

  /** Marks, and eight columns of ten bytes at most. */
  static final int PACKED_LENGTH_MAX = 1 + LENGTH * (1 + 8 * 10);

  private static final int SLOT_BYTES = 5 * Long.BYTES + 2 * Integer.BYTES;
  private static final int OBJECTS_BYTES = 8 * 16 + 64;
  private static final int POSITIONS_BYTES = LENGTH / Byte.SIZE + LENGTH / Long.SIZE * 2 + 32;

  /** What one with a slot for each sequence takes of the heap. */
  static final int FULL_BYTES = LENGTH * SLOT_BYTES + OBJECTS_BYTES;

  /** What a packed one takes of the heap, if its bytes lie outside. */
  private static final int PACKED_BYTES = 160;

  private static final int COMPACT_MIN = 8;
  private static final long[] NO_LONGS = {};
  private static final int[] NO_INTS = {};
  private static final char[] NO_RANKS = {};
  private static final ByteBuffer NOT_PACKED = ByteBuffer.allocate(0);

  final long[] locations;
  final long[] journalSequences;
  final long[] times;
  final long[] nextSame;
  final long[] previousSame;
  final int[] subjectIds;
  final int[] sizes;
  private final ByteBuffer packed;
  private final boolean isOfItsOwn;

  /** A bit for each sequence that has a slot; none if all have. */
  private final long[] positions;

  /** Slots below each word of {@link #positions}. */
  private final char[] ranks;

  int live;

  /** Where the frozen state has it. */
  int frozenAt;

  /** While a frozen state is in use somebody else may be reading it, and it never changes. */
  boolean isFrozen;

  IndexChunk() {
    this(LENGTH, NO_LONGS, NO_RANKS);
  }

  private IndexChunk(final int slots, final long[] positions, final char[] ranks) {
    locations = new long[slots];
    journalSequences = new long[slots];
    times = new long[slots];
    nextSame = new long[slots];
    previousSame = new long[slots];
    subjectIds = new int[slots];
    sizes = new int[slots];
    packed = NOT_PACKED;
    isOfItsOwn = false;
    this.positions = positions;
    this.ranks = ranks;
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
    isOfItsOwn = false;
    positions = frozen.positions;
    ranks = frozen.ranks;
    live = frozen.live;
  }

  /** Packed, as a part of something that others free. */
  IndexChunk(final ByteBuffer packed, final int live) {
    this(packed, live, false);
  }

  /** Packed into memory outside the heap that is nobody else's, and to be freed. */
  static IndexChunk ofItsOwn(final ByteBuffer packed, final int live) {
    return new IndexChunk(packed, live, true);
  }

  private IndexChunk(final ByteBuffer packed, final int live, final boolean isOfItsOwn) {
    locations = NO_LONGS;
    journalSequences = NO_LONGS;
    times = NO_LONGS;
    nextSame = NO_LONGS;
    previousSame = NO_LONGS;
    subjectIds = NO_INTS;
    sizes = NO_INTS;
    positions = NO_LONGS;
    ranks = NO_RANKS;
    this.packed = packed;
    this.live = live;
    this.isOfItsOwn = isOfItsOwn;
  }

  /** Where the columns tell about a sequence, or {@link #ABSENT}. */
  int slot(final int at) {
    if (positions.length == 0) {
      return at;
    }
    final long word = positions[at >>> 6];
    return (word >>> at & 1) == 0
        ? ABSENT
        : ranks[at >>> 6] + Long.bitCount(word & ((1L << at) - 1));
  }

  /** Id of the subject, or {@link SubjectTable#NONE} if there is no such message. */
  int subjectId(final int at) {
    final int slot = slot(at);
    return slot == ABSENT ? SubjectTable.NONE : subjectIds[slot];
  }

  /** The first place from {@code from} on that has a slot, or {@value #LENGTH}. */
  int nextPosition(final int from) {
    if (positions.length == 0 || from >= LENGTH) {
      return from;
    }
    int word = from >>> 6;
    long bits = positions[word] & -1L << from;
    while (bits == 0) {
      if (++word == positions.length) {
        return LENGTH;
      }
      bits = positions[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** Whether there is a slot for each sequence. */
  boolean isFull() {
    return subjectIds.length == LENGTH;
  }

  /** Whether a quarter of the slots and more is of no use. */
  boolean isSparse() {
    return live * 4 <= subjectIds.length * 3 && subjectIds.length > COMPACT_MIN;
  }

  /** About what it takes of the heap. */
  int heapBytes() {
    if (isPacked()) {
      return PACKED_BYTES;
    }
    return isFull() ? FULL_BYTES : subjectIds.length * SLOT_BYTES + OBJECTS_BYTES + POSITIONS_BYTES;
  }

  /** The same with slots only for what is there. */
  IndexChunk compacted() {
    final long[] bits = new long[LENGTH / Long.SIZE];
    for (int at = nextPosition(0); at < LENGTH; at = nextPosition(at + 1)) {
      if (subjectIds[slot(at)] != SubjectTable.NONE) {
        bits[at >>> 6] |= 1L << at;
      }
    }
    return copied(ofPositions(bits, live));
  }

  /**
   * The same with a slot for each sequence.
   *
   * @param full empty columns, which become that
   */
  IndexChunk expandedTo(final IndexChunk full) {
    return copied(full);
  }

  private static IndexChunk ofPositions(final long[] bits, final int count) {
    final char[] ranks = new char[bits.length];
    int rank = 0;
    for (int word = 0; word < bits.length; word++) {
      ranks[word] = (char) rank;
      rank += Long.bitCount(bits[word]);
    }
    return new IndexChunk(count, bits, ranks);
  }

  private IndexChunk copied(final IndexChunk target) {
    for (int at = nextPosition(0); at < LENGTH; at = nextPosition(at + 1)) {
      final int from = slot(at);
      if (subjectIds[from] != SubjectTable.NONE) {
        final int to = target.slot(at);
        target.locations[to] = locations[from];
        target.journalSequences[to] = journalSequences[from];
        target.times[to] = times[from];
        target.nextSame[to] = nextSame[from];
        target.previousSame[to] = previousSame[from];
        target.subjectIds[to] = subjectIds[from];
        target.sizes[to] = sizes[from];
      }
    }
    target.live = live;
    return target;
  }

  boolean isPacked() {
    return packed != NOT_PACKED;
  }

  /** Whether it is packed, and its memory to be freed. */
  boolean isOfItsOwn() {
    return isOfItsOwn;
  }

  /** Of no content unless {@link #isPacked}. */
  ByteBuffer packed() {
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
    target[0] = PACKING;
    int to = 1;
    int position = -1;
    int positionStep = 1;
    long location = 0;
    long locationStep = 0;
    long journalSequence = 0;
    long journalStep = 0;
    long time = 0;
    long next = 0;
    long before = 0;
    long subject = 0;
    long size = 0;
    for (int at = nextPosition(0); at < LENGTH; at = nextPosition(at + 1)) {
      final int slot = slot(at);
      if (subjectIds[slot] == SubjectTable.NONE) {
        continue;
      }
      final int marksAt = to++;
      int marks = 0;
      final int moved = at - position - positionStep;
      if (moved != 0) {
        marks |= MARK_POSITION;
        to = put(target, to, moved);
      }
      positionStep += moved;
      position = at;
      final long apart = locations[slot] - location - locationStep;
      if (apart != 0) {
        marks |= MARK_LOCATION;
        to = put(target, to, apart);
      }
      locationStep += apart;
      location = locations[slot];
      final long ahead = journalSequences[slot] - journalSequence - journalStep;
      if (ahead != 0) {
        marks |= MARK_JOURNAL_SEQUENCE;
        to = put(target, to, ahead);
      }
      journalStep += ahead;
      journalSequence = journalSequences[slot];
      if (times[slot] != time) {
        marks |= MARK_TIME;
        to = put(target, to, times[slot] - time);
      }
      time = times[slot];
      final long nextExpected = next == 0 ? 0 : next + positionStep;
      if (nextSame[slot] != nextExpected) {
        marks |= MARK_NEXT_SAME;
        to = put(target, to, nextSame[slot] - nextExpected);
      }
      next = nextSame[slot];
      final long beforeExpected = before == 0 ? 0 : before + positionStep;
      if (previousSame[slot] != beforeExpected) {
        marks |= MARK_PREVIOUS_SAME;
        to = put(target, to, previousSame[slot] - beforeExpected);
      }
      before = previousSame[slot];
      if (subjectIds[slot] != subject) {
        marks |= MARK_SUBJECT;
        to = put(target, to, subjectIds[slot] - subject);
      }
      subject = subjectIds[slot];
      if (sizes[slot] != size) {
        marks |= MARK_SIZE;
        to = put(target, to, sizes[slot] - size);
      }
      size = sizes[slot];
      target[marksAt] = (byte) marks;
    }
    return to;
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
}
