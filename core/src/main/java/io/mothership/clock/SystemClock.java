package io.mothership.clock;

/**
 * The machine's clocks; safe on every thread, and without an object per reading.
 *
 * <p>The JDK gives wall time in milliseconds without allocating. In between, the monotonic clock
 * counts, and its offset is set anew as soon as the two disagree: a step of the wall clock is
 * followed at once.
 */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  private static final long NS_PER_MS = 1_000_000L;

  /**
   * The wall clock is read in whole milliseconds, so being ahead by less than two is no
   * disagreement.
   */
  private static final long AHEAD_MAX_NS = 2 * NS_PER_MS;

  private volatile long offsetNs = System.currentTimeMillis() * NS_PER_MS - System.nanoTime();

  private SystemClock() {}

  @Override
  public long wallNs() {
    final long monotonicNs = System.nanoTime();
    final long coarseNs = System.currentTimeMillis() * NS_PER_MS;
    final long wallNs = monotonicNs + offsetNs;
    final long aheadNs = wallNs - coarseNs;
    if (aheadNs >= 0 && aheadNs < AHEAD_MAX_NS) {
      return wallNs;
    }
    offsetNs = coarseNs - monotonicNs;
    return coarseNs;
  }

  @Override
  public long monotonicNs() {
    return System.nanoTime();
  }
}
