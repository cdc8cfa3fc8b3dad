package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;

/**
 * The messages a consumer delivered and that are not acknowledged: found by stream sequence, walked
 * in that order, expired by deadline, and queued for redelivery.
 *
 * <p>An entry is a slot number. It has a deadline, or is due for redelivery, or is neither while
 * its bytes are being read.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only when it grows.
 */
final class ConsumerPending {
  static final int NONE = -1;

  private static final int INITIAL = 16;
  private static final int NOT_IN_HEAP = -1;
  private static final int DUE = -2;

  private static final float LOAD = 0.55f;

  /** An entry's parts, and three places in the map, which is half full at most. */
  private static final int ENTRY_BYTES = 3 * Long.BYTES + 7 * Integer.BYTES + 3 * 2 * Long.BYTES;

  private Long2LongHashMap slots = new Long2LongHashMap(INITIAL, LOAD, NONE);
  private long[] sequences = new long[INITIAL];
  private long[] consumerSequences = new long[INITIAL];
  private long[] deadlines = new long[INITIAL];
  private int[] redeliveries = new int[INITIAL];
  private int[] previous = new int[INITIAL];
  private int[] next = new int[INITIAL];
  private int[] dueBefore = new int[INITIAL];
  private int[] dueAfter = new int[INITIAL];
  private int[] heapAt = new int[INITIAL];
  private int[] heap = new int[INITIAL];
  private int heapLength;
  private int first = NONE;
  private int last = NONE;
  private int firstDue = NONE;
  private int lastDue = NONE;
  private int dueCount;
  private int redeliveredCount;
  private int free = NONE;
  private int used;
  private int count;

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return (long) sequences.length * ENTRY_BYTES;
  }

  /** Whether another entry makes it grow. */
  boolean isFilled() {
    return free == NONE && used == sequences.length;
  }

  /** Bytes that it takes more of the heap when it grows. */
  long growthBytes() {
    return (long) sequences.length * ENTRY_BYTES;
  }

  /** Gives back what it grew by; it is empty. */
  void shrink() {
    if (sequences.length == INITIAL) {
      return;
    }
    slots = new Long2LongHashMap(INITIAL, LOAD, NONE);
    sequences = new long[INITIAL];
    consumerSequences = new long[INITIAL];
    deadlines = new long[INITIAL];
    redeliveries = new int[INITIAL];
    previous = new int[INITIAL];
    next = new int[INITIAL];
    dueBefore = new int[INITIAL];
    dueAfter = new int[INITIAL];
    heapAt = new int[INITIAL];
    heap = new int[INITIAL];
    free = NONE;
    used = 0;
  }

  /** Entries that were delivered more than once. */
  int redeliveredCount() {
    return redeliveredCount;
  }

  /** Entries that wait for their redelivery. */
  int dueCount() {
    return dueCount;
  }

  /** The entry of a stream sequence, or {@link #NONE}. */
  @HotPath
  int find(final long sequence) {
    return (int) slots.get(sequence);
  }

  /** The entry with the lowest stream sequence, or {@link #NONE}. */
  int first() {
    return first;
  }

  /** The entry after {@code slot} in stream order, or {@link #NONE}. */
  int next(final int slot) {
    return next[slot];
  }

  /** The entry that was due first, or {@link #NONE}. */
  int firstDue() {
    return firstDue;
  }

  long sequence(final int slot) {
    return sequences[slot];
  }

  /** The consumer sequence of the entry's first delivery. */
  long consumerSequence(final int slot) {
    return consumerSequences[slot];
  }

  /** Deliveries after the first. */
  int redeliveries(final int slot) {
    return redeliveries[slot];
  }

  void redeliveries(final int slot, final int newCount) {
    if (redeliveries[slot] == 0 && newCount != 0) {
      redeliveredCount++;
    } else if (redeliveries[slot] != 0 && newCount == 0) {
      redeliveredCount--;
    }
    redeliveries[slot] = newCount;
  }

  boolean isDue(final int slot) {
    return heapAt[slot] == DUE;
  }

  /** Whether the entry has a deadline. */
  boolean isTimed(final int slot) {
    return heapAt[slot] >= 0;
  }

  /** Whether the entry neither has a deadline nor is due. */
  boolean isResting(final int slot) {
    return heapAt[slot] == NOT_IN_HEAP;
  }

  /** The earliest deadline; {@code Long.MAX_VALUE} if none. */
  long nextDeadlineNs() {
    return heapLength == 0 ? Long.MAX_VALUE : deadlines[heap[0]];
  }

  /** Adds an entry without deadline; the sequence is not pending yet. */
  @HotPath
  int add(final long sequence, final long consumerSequence) {
    final int slot = takeSlot();
    sequences[slot] = sequence;
    consumerSequences[slot] = consumerSequence;
    redeliveries[slot] = 0;
    heapAt[slot] = NOT_IN_HEAP;
    slots.put(sequence, slot);
    int before = last;
    while (before != NONE && sequences[before] > sequence) {
      before = previous[before];
    }
    final int after = before == NONE ? first : next[before];
    previous[slot] = before;
    next[slot] = after;
    if (before == NONE) {
      first = slot;
    } else {
      next[before] = slot;
    }
    if (after == NONE) {
      last = slot;
    } else {
      previous[after] = slot;
    }
    count++;
    return slot;
  }

  @HotPath
  void remove(final int slot) {
    rest(slot);
    redeliveries(slot, 0);
    slots.remove(sequences[slot]);
    final int before = previous[slot];
    final int after = next[slot];
    if (before == NONE) {
      first = after;
    } else {
      next[before] = after;
    }
    if (after == NONE) {
      last = before;
    } else {
      previous[after] = before;
    }
    next[slot] = free;
    free = slot;
    count--;
  }

  void clear() {
    while (first != NONE) {
      remove(first);
    }
  }

  /** Gives the entry until {@code deadlineNs}; it is no longer due. */
  @HotPath
  void deadline(final int slot, final long deadlineNs) {
    if (heapAt[slot] == DUE) {
      unlinkDue(slot);
    }
    deadlines[slot] = deadlineNs;
    if (heapAt[slot] < 0) {
      heapAt[slot] = heapLength;
      heap[heapLength++] = slot;
      siftUp(heapAt[slot]);
    } else {
      siftUp(heapAt[slot]);
      siftDown(heapAt[slot]);
    }
  }

  /** Queues the entry for redelivery, unless it is queued. */
  @HotPath
  void due(final int slot) {
    if (heapAt[slot] == DUE) {
      return;
    }
    leaveHeap(slot);
    heapAt[slot] = DUE;
    dueBefore[slot] = lastDue;
    dueAfter[slot] = NONE;
    if (lastDue == NONE) {
      firstDue = slot;
    } else {
      dueAfter[lastDue] = slot;
    }
    lastDue = slot;
    dueCount++;
  }

  /** Queues the entry before all others. */
  void dueFirst(final int slot) {
    rest(slot);
    heapAt[slot] = DUE;
    dueBefore[slot] = NONE;
    dueAfter[slot] = firstDue;
    if (firstDue == NONE) {
      lastDue = slot;
    } else {
      dueBefore[firstDue] = slot;
    }
    firstDue = slot;
    dueCount++;
  }

  /** Takes the entry off the queue and its deadline away. */
  void rest(final int slot) {
    if (heapAt[slot] == DUE) {
      unlinkDue(slot);
    } else {
      leaveHeap(slot);
    }
  }

  /**
   * Queues one entry whose deadline has passed.
   *
   * @return it, or {@link #NONE}
   */
  @HotPath
  int expire(final long nowNs) {
    if (heapLength == 0 || deadlines[heap[0]] > nowNs) {
      return NONE;
    }
    final int slot = heap[0];
    due(slot);
    return slot;
  }

  private void unlinkDue(final int slot) {
    final int before = dueBefore[slot];
    final int after = dueAfter[slot];
    if (before == NONE) {
      firstDue = after;
    } else {
      dueAfter[before] = after;
    }
    if (after == NONE) {
      lastDue = before;
    } else {
      dueBefore[after] = before;
    }
    heapAt[slot] = NOT_IN_HEAP;
    dueCount--;
  }

  private void leaveHeap(final int slot) {
    final int at = heapAt[slot];
    if (at < 0) {
      return;
    }
    heapAt[slot] = NOT_IN_HEAP;
    final int moved = heap[--heapLength];
    if (moved == slot) {
      return;
    }
    heap[at] = moved;
    heapAt[moved] = at;
    siftUp(at);
    siftDown(heapAt[moved]);
  }

  private void siftUp(final int from) {
    int at = from;
    final int slot = heap[at];
    while (at > 0) {
      final int parent = (at - 1) >>> 1;
      if (!isBefore(slot, heap[parent])) {
        break;
      }
      heap[at] = heap[parent];
      heapAt[heap[at]] = at;
      at = parent;
    }
    heap[at] = slot;
    heapAt[slot] = at;
  }

  private void siftDown(final int from) {
    int at = from;
    final int slot = heap[at];
    while (true) {
      int child = at * 2 + 1;
      if (child >= heapLength) {
        break;
      }
      if (child + 1 < heapLength && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], slot)) {
        break;
      }
      heap[at] = heap[child];
      heapAt[heap[at]] = at;
      at = child;
    }
    heap[at] = slot;
    heapAt[slot] = at;
  }

  /** Entries that expire together come in stream order. */
  private boolean isBefore(final int one, final int other) {
    return deadlines[one] < deadlines[other]
        || (deadlines[one] == deadlines[other] && sequences[one] < sequences[other]);
  }

  private int takeSlot() {
    if (free != NONE) {
      final int slot = free;
      free = next[slot];
      return slot;
    }
    if (used == sequences.length) {
      final int length = used * 2;
      sequences = Arrays.copyOf(sequences, length);
      consumerSequences = Arrays.copyOf(consumerSequences, length);
      deadlines = Arrays.copyOf(deadlines, length);
      redeliveries = Arrays.copyOf(redeliveries, length);
      previous = Arrays.copyOf(previous, length);
      next = Arrays.copyOf(next, length);
      dueBefore = Arrays.copyOf(dueBefore, length);
      dueAfter = Arrays.copyOf(dueAfter, length);
      heapAt = Arrays.copyOf(heapAt, length);
      heap = Arrays.copyOf(heap, length);
    }
    return used++;
  }
}
