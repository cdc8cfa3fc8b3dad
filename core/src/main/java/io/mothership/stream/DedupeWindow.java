package io.mothership.stream;

import io.mothership.bus.HotPath;
import io.mothership.bus.Slice;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.util.Arrays;

/**
 * The message ids of a stream's last publishes: 128-bit keyed hash of each, with sequence and time,
 * in the order they came.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> when it grows, up to its budget.
 * <i>Back-pressure:</i> {@link #isFull}: the publish is refused rather than an id forgotten early.
 */
final class DedupeWindow {
  private static final int INITIAL = 64;
  private static final int EMPTY = -1;
  private static final int FIELDS = 4;

  private SipHash hash = new SipHash();
  private final int idsMax;
  private int[] slots = new int[INITIAL * 2];
  private long[] lows = new long[INITIAL];
  private long[] highs = new long[INITIAL];
  private long[] sequences = new long[INITIAL];
  private long[] times = new long[INITIAL];
  private int head;
  private int count;
  private long low;
  private long high;

  DedupeWindow(final int idsMax) {
    this.idsMax = idsMax;
    Arrays.fill(slots, EMPTY);
  }

  int count() {
    return count;
  }

  boolean isFull() {
    return count >= idsMax;
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
      if (lows[entry] == low && highs[entry] == high) {
        newest = Math.max(newest, sequences[entry]);
      }
    }
    return newest;
  }

  /**
   * Adds the id last looked for; the window is not full. An older entry of it may still be there:
   * recovery, which counts on record times, forgets later than the monotonic clock did.
   */
  @HotPath
  void add(final long sequence, final long timeNs) {
    if (count == lows.length) {
      grow();
    }
    final int entry = (head + count) & (lows.length - 1);
    lows[entry] = low;
    highs[entry] = high;
    sequences[entry] = sequence;
    times[entry] = timeNs;
    count++;
    insert(entry);
  }

  /** Forgets the ids that came before a time. */
  @HotPath
  void expire(final long beforeNs) {
    while (count > 0 && times[head] < beforeNs) {
      removeSlot(head);
      head = (head + 1) & (lows.length - 1);
      count--;
    }
  }

  /** Forgets the ids of messages above a sequence, which were never committed. */
  void rollBackTo(final long sequence) {
    while (count > 0) {
      final int newest = (head + count - 1) & (lows.length - 1);
      if (sequences[newest] <= sequence) {
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
      times[(head + i) & (lows.length - 1)] += byNs;
    }
  }

  /** Time of the oldest id; there is one. */
  long oldestNs() {
    return times[head];
  }

  /** Everything as it is now, with {@code byNs} added to every time. */
  Frozen freeze(final long byNs) {
    final long[] frozen = new long[count * FIELDS];
    for (int i = 0; i < count; i++) {
      final int entry = (head + i) & (lows.length - 1);
      final int at = i * FIELDS;
      frozen[at] = lows[entry];
      frozen[at + 1] = highs[entry];
      frozen[at + 2] = sequences[entry];
      frozen[at + 3] = times[entry] + byNs;
    }
    return new Frozen(hash.key0(), hash.key1(), frozen);
  }

  /** Takes the place of a window that was frozen, hash key included; this one is empty. */
  void restore(final StateDecoder in) {
    hash = new SipHash(in.i64(), in.i64());
    final long[] entry = new long[FIELDS];
    for (int left = in.count(FIELDS * Long.BYTES); left > 0; left--) {
      in.longs(entry, 0, FIELDS);
      low = entry[0];
      high = entry[1];
      add(entry[2], entry[3]);
    }
  }

  /** A window at one moment: per id the two halves of its hash, sequence and time. */
  record Frozen(long key0, long key1, long[] entries) {
    void encode(final StateEncoder out) {
      out.i64(key0).i64(key1).i32(entries.length / FIELDS).longs(entries, 0, entries.length);
    }
  }

  private void insert(final int entry) {
    final int mask = slots.length - 1;
    int at = (int) lows[entry] & mask;
    while (slots[at] != EMPTY) {
      at = (at + 1) & mask;
    }
    slots[at] = entry;
  }

  private void removeSlot(final int entry) {
    final int mask = slots.length - 1;
    int hole = (int) lows[entry] & mask;
    while (slots[hole] != entry) {
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; slots[at] != EMPTY; at = (at + 1) & mask) {
      final int home = (int) lows[slots[at]] & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at];
        hole = at;
      }
    }
    slots[hole] = EMPTY;
  }

  private void grow() {
    final int length = lows.length;
    lows = unrolled(lows, length);
    highs = unrolled(highs, length);
    sequences = unrolled(sequences, length);
    times = unrolled(times, length);
    head = 0;
    slots = new int[length * 4];
    Arrays.fill(slots, EMPTY);
    for (int entry = 0; entry < count; entry++) {
      insert(entry);
    }
  }

  private long[] unrolled(final long[] ring, final int length) {
    final long[] target = new long[length * 2];
    System.arraycopy(ring, head, target, 0, length - head);
    System.arraycopy(ring, 0, target, length - head, head);
    return target;
  }
}
