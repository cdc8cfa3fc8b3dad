package io.mothership.jetstream.stream;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import io.mothership.jetstream.index.Freezing;
import io.mothership.jetstream.index.SipHash;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.util.Arrays;

/**
 * The message ids of a stream's last publishes: 128-bit keyed hash of each, with sequence and time,
 * in the order they came. 32 bytes each and 8 to 16 for finding it.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a chunk per {@value #CHUNK_LENGTH} ids, reused
 * when the oldest one empties. <i>Back-pressure:</i> {@link #isFull}: the publish is refused rather
 * than an id forgotten early.
 */
final class DedupeWindow {
  private static final int SLOTS_MIN = 128;
  private static final int EMPTY = -1;
  private static final int FIELDS = 4;
  private static final int CHUNK_LENGTH = 1024;
  private static final int CHUNK_SHIFT = 10;
  private static final int CHUNK_MASK = CHUNK_LENGTH - 1;
  private static final int CHUNK_BYTES = CHUNK_LENGTH * FIELDS * Long.BYTES + 16;

  /** Entries are numbered as they come; after the highest number they start anew. */
  private static final int NUMBER_MASK = Integer.MAX_VALUE;

  private static final int LOW = 0;
  private static final int HIGH = 1;
  private static final int SEQUENCE = 2;
  private static final int TIME = 3;
  private static final long[] NO_CHUNK = {};

  private final Freezing freezing;
  private final int idsMax;
  private SipHash hash = new SipHash();
  private int[] slots = new int[SLOTS_MIN];

  /** A ring: the chunk of an entry follows from its number. */
  private long[][] chunks = new long[2][];

  private long[] spare = NO_CHUNK;
  private int chunkCount;
  private int head;
  private int count;
  private long low;
  private long high;

  DedupeWindow(final int idsMax) {
    this(idsMax, new Freezing());
  }

  DedupeWindow(final int idsMax, final Freezing freezing) {
    this.idsMax = idsMax;
    this.freezing = freezing;
    Arrays.fill(slots, EMPTY);
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count >= idsMax;
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return (long) chunkCount * CHUNK_BYTES
        + (long) Integer.BYTES * slots.length
        + (long) Long.BYTES * chunks.length;
  }

  /** Bytes that it takes more of the heap for another id. */
  long growthBytes() {
    final int entry = number(count);
    final boolean isChunkNeeded = (entry & CHUNK_MASK) == 0 || chunkOf(entry) == null;
    return (isChunkNeeded && spare == NO_CHUNK ? CHUNK_BYTES : 0)
        + (areSlotsFew() ? 2L * Integer.BYTES * slots.length : 0);
  }

  /**
   * The sequence last stored under an id, 0 = not in the window. Remembers the id's hash for {@link
   * #add}.
   */
  @HotPath
  long find(final Slice id) {
    low = hash.hash128(id.buffer(), id.offset(), id.length());
    high = hash.high();
    final int mask = slots.length - 1;
    long newest = 0;
    for (int at = (int) low & mask; slots[at] != EMPTY; at = (at + 1) & mask) {
      final int entry = slots[at];
      if (field(entry, LOW) == low && field(entry, HIGH) == high) {
        newest = Math.max(newest, field(entry, SEQUENCE));
      }
    }
    return newest;
  }

  /**
   * Adds the id last looked for. An older entry of it may still be there: recovery, which counts on
   * record times, forgets later than the monotonic clock did.
   */
  @HotPath
  void add(final long sequence, final long timeNs) {
    if (areSlotsFew()) {
      rehash(slots.length * 2);
    }
    final int entry = number(count);
    final long[] chunk = chunkFor(entry);
    final int at = (entry & CHUNK_MASK) * FIELDS;
    chunk[at + LOW] = low;
    chunk[at + HIGH] = high;
    chunk[at + SEQUENCE] = sequence;
    chunk[at + TIME] = timeNs;
    count++;
    insert(entry);
  }

  /** Forgets the ids that came before a time. */
  @HotPath
  void expire(final long beforeNs) {
    while (count > 0 && field(head, TIME) < beforeNs) {
      removeSlot(head);
      if ((head & CHUNK_MASK) == CHUNK_MASK) {
        leave(head);
      }
      head = number(1);
      count--;
    }
    if (slots.length > SLOTS_MIN && count * 8 < slots.length) {
      rehash(slots.length / 2);
    }
  }

  /** Forgets the ids of messages above a sequence, which were never committed. */
  void rollBackTo(final long sequence) {
    while (count > 0) {
      final int newest = number(count - 1);
      if (field(newest, SEQUENCE) <= sequence) {
        return;
      }
      removeSlot(newest);
      count--;
    }
  }

  /**
   * Adds to every time: recovery knows record times, afterwards they count on the monotonic clock.
   */
  void shiftTimes(final long byNs) {
    for (int i = 0; i < count; i++) {
      final int entry = number(i);
      chunkOf(entry)[(entry & CHUNK_MASK) * FIELDS + TIME] += byNs;
    }
  }

  /** Time of the oldest id; there is one. */
  long oldestNs() {
    return field(head, TIME);
  }

  /**
   * Everything as it is now, with {@code byNs} added to every time: costs a reference per chunk.
   * What is in them does not change while a frozen state is in use.
   */
  Frozen freeze(final long byNs) {
    return new Frozen(hash.key0(), hash.key1(), chunks.clone(), head, count, byNs);
  }

  /** Takes the place of a window that was frozen, hash key included; this one is empty. */
  void restore(final StateDecoder in) {
    hash = new SipHash(in.i64(), in.i64());
    final long[] entry = new long[FIELDS];
    for (int left = in.count(FIELDS * Long.BYTES); left > 0; left--) {
      in.longs(entry, 0, FIELDS);
      low = entry[LOW];
      high = entry[HIGH];
      add(entry[SEQUENCE], entry[TIME]);
    }
  }

  /** A window at one moment: per id the two halves of its hash, sequence and time. */
  record Frozen(long key0, long key1, long[][] chunks, int head, int count, long byNs) {
    void encode(final StateEncoder out) {
      out.i64(key0).i64(key1).i32(count);
      final long[] entry = new long[FIELDS];
      for (int i = 0; i < count; i++) {
        final int number = head + i & NUMBER_MASK;
        final long[] chunk = chunks[number >>> CHUNK_SHIFT & chunks.length - 1];
        System.arraycopy(chunk, (number & CHUNK_MASK) * FIELDS, entry, 0, FIELDS);
        entry[TIME] += byNs;
        out.longs(entry, 0, FIELDS);
      }
    }
  }

  /** Number of the entry so many places behind the head. */
  private int number(final int index) {
    return head + index & NUMBER_MASK;
  }

  private long[] chunkOf(final int entry) {
    return chunks[entry >>> CHUNK_SHIFT & chunks.length - 1];
  }

  private long field(final int entry, final int field) {
    return chunkOf(entry)[(entry & CHUNK_MASK) * FIELDS + field];
  }

  /** The chunk of a new entry. */
  private long[] chunkFor(final int entry) {
    if ((entry & CHUNK_MASK) != 0 && count > 0) {
      return chunkOf(entry);
    }
    if (count > 0
        && (number(count) >>> CHUNK_SHIFT & chunks.length - 1)
            == (head >>> CHUNK_SHIFT & chunks.length - 1)) {
      widen();
    }
    final int at = entry >>> CHUNK_SHIFT & chunks.length - 1;
    if (chunks[at] == null) {
      if (spare == NO_CHUNK) {
        chunks[at] = new long[CHUNK_LENGTH * FIELDS];
        chunkCount++;
      } else {
        chunks[at] = spare;
        spare = NO_CHUNK;
      }
    }
    return chunks[at];
  }

  private void widen() {
    final long[][] target = new long[chunks.length * 2][];
    for (int i = 0; i < chunks.length; i++) {
      final int number = (head >>> CHUNK_SHIFT) + i;
      target[number & target.length - 1] = chunks[number & chunks.length - 1];
    }
    chunks = target;
  }

  /** The last entry of a chunk goes; one chunk is kept for those to come. */
  private void leave(final int entry) {
    final int at = entry >>> CHUNK_SHIFT & chunks.length - 1;
    if (spare == NO_CHUNK && !freezing.isUnderWay()) {
      spare = chunks[at];
    } else {
      chunkCount--;
    }
    chunks[at] = null;
  }

  private boolean areSlotsFew() {
    return (count + 1) * 2L > slots.length;
  }

  private void insert(final int entry) {
    final int mask = slots.length - 1;
    int at = (int) field(entry, LOW) & mask;
    while (slots[at] != EMPTY) {
      at = (at + 1) & mask;
    }
    slots[at] = entry;
  }

  private void removeSlot(final int entry) {
    final int mask = slots.length - 1;
    int hole = (int) field(entry, LOW) & mask;
    while (slots[hole] != entry) {
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; slots[at] != EMPTY; at = (at + 1) & mask) {
      final int home = (int) field(slots[at], LOW) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = EMPTY;
  }

  private void rehash(final int length) {
    slots = new int[length];
    Arrays.fill(slots, EMPTY);
    for (int i = 0; i < count; i++) {
      insert(number(i));
    }
  }
}
