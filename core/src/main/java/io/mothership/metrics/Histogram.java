package io.mothership.metrics;

import io.mothership.frame.HotPath;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often a value fell into each of a few ranges.
 *
 * <p><i>Thread:</i> written by its owner, read by any. <i>Allocates:</i> nothing after
 * construction.
 */
public final class Histogram {
  private static final int LINE = 8;

  private final long[] bounds;
  private final AtomicLongArray cells;
  private final int sumCell;

  /**
   * @param bounds upper bounds of the ranges, inclusive and ascending; what is above the last one
   *     has a range of its own
   */
  public Histogram(final long... bounds) {
    for (int i = 1; i < bounds.length; i++) {
      if (bounds[i] <= bounds[i - 1]) {
        throw new IllegalArgumentException("bounds do not ascend at " + bounds[i]);
      }
    }
    this.bounds = bounds.clone();
    this.sumCell = LINE + bounds.length + 1;
    this.cells = new AtomicLongArray(sumCell + 1 + LINE);
  }

  @HotPath
  public void record(final long value) {
    int range = 0;
    while (range < bounds.length && value > bounds[range]) {
      range++;
    }
    add(sumCell, value);
    add(LINE + range, 1);
  }

  private void add(final int cell, final long amount) {
    cells.setRelease(cell, cells.getPlain(cell) + amount);
  }

  /** Upper bounds of the ranges but the last, which has none. */
  public long[] bounds() {
    return bounds.clone();
  }

  /** Values per range, one more than there are bounds. */
  public long[] counts() {
    final long[] counts = new long[bounds.length + 1];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = cells.getAcquire(LINE + i);
    }
    return counts;
  }

  /** Sum of all values. */
  public long sum() {
    return cells.getAcquire(sumCell);
  }
}
