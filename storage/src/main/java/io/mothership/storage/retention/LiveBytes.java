package io.mothership.storage.retention;

import io.mothership.journal.FrozenState;
import io.mothership.journal.Journal;
import io.mothership.journal.Location;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;

/**
 * How much of each segment is messages that some stream holds.
 *
 * <p><i>Thread:</i> one.
 */
final class LiveBytes {
  private final Int2ObjectHashMap<Count> bySegment = new Int2ObjectHashMap<>();
  private long total;

  private static final class Count {
    private long bytes;
    private int messages;
  }

  static LiveBytes of(final FrozenState state) {
    final LiveBytes live = new LiveBytes();
    state.forEachMessage((streamId, sequence, location, size) -> live.add(location, size));
    return live;
  }

  private void add(final long location, final int size) {
    if (location != Journal.NOWHERE) {
      final Count count = bySegment.computeIfAbsent(Location.segment(location), key -> new Count());
      count.bytes += size;
      count.messages++;
      total += size;
    }
  }

  /** 0 if nothing lives in the segment. */
  long bytes(final int segment) {
    final Count count = bySegment.get(segment);
    return count == null ? 0 : count.bytes;
  }

  /** How many messages live in the segment. */
  int messages(final int segment) {
    final Count count = bySegment.get(segment);
    return count == null ? 0 : count.messages;
  }

  /** Numbers of the segments in which something lives. */
  IntHashSet segments() {
    final IntHashSet numbers = new IntHashSet();
    bySegment.forEachInt((segment, count) -> numbers.add(segment));
    return numbers;
  }

  long total() {
    return total;
  }
}
