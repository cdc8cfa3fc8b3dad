package io.mothership.storage.journal;

import io.mothership.storage.recovery.SegmentFiles;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * Our segment number as Chronicle's roll cycle: one "minute" of a clock that only we move. The
 * index is as sparse as it can be, because nobody uses it.
 */
final class SegmentCycle implements RollCycle, TimeProvider {
  private static final int INDEX_COUNT = 8;
  private static final int INDEX_SPACING = 1 << 22;

  private final RollCycleArithmetic arithmetic = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);
  private int segment = 1;

  int segment() {
    return segment;
  }

  void segment(final int newSegment) {
    segment = newSegment;
  }

  @Override
  public long currentTimeMillis() {
    return (long) segment * SegmentFiles.CYCLE_MILLIS;
  }

  @Override
  public String format() {
    return SegmentFiles.CYCLE_FORMAT;
  }

  @Override
  public int lengthInMillis() {
    return SegmentFiles.CYCLE_MILLIS;
  }

  @Override
  public int defaultIndexCount() {
    return arithmetic.indexCount();
  }

  @Override
  public int defaultIndexSpacing() {
    return arithmetic.indexSpacing();
  }

  @Override
  public long toIndex(final int cycle, final long sequenceNumber) {
    return arithmetic.toIndex(cycle, sequenceNumber);
  }

  @Override
  public long toSequenceNumber(final long index) {
    return arithmetic.toSequenceNumber(index);
  }

  @Override
  public int toCycle(final long index) {
    return arithmetic.toCycle(index);
  }

  @Override
  public long maxMessagesPerCycle() {
    return arithmetic.maxMessagesPerCycle();
  }
}
