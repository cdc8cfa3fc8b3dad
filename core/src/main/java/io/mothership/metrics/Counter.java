package io.mothership.metrics;

import io.mothership.frame.HotPath;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A number that one thread writes and any thread reads.
 *
 * <p><i>Thread:</i> written by its owner. <i>Allocates:</i> nothing after construction.
 */
public final class Counter {
  /** The number has a cache line of its own, so that its readers do not disturb the neighbours. */
  private static final int LINE = 8;

  private final AtomicLongArray cells = new AtomicLongArray(2 * LINE + 1);

  @HotPath
  public void increment() {
    add(1);
  }

  @HotPath
  public void add(final long amount) {
    cells.setRelease(LINE, cells.getPlain(LINE) + amount);
  }

  /** Any thread. */
  public long value() {
    return cells.getAcquire(LINE);
  }
}
