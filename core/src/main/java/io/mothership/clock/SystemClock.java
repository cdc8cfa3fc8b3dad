package io.mothership.clock;

import org.agrona.concurrent.OffsetEpochNanoClock;

/** The machine's clocks; safe on every thread, and without an object per reading. */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  private static final int RETRIES_MAX = 100;
  private static final long SAMPLE_THRESHOLD_NS = 250;

  /** How soon a step of the wall clock is noticed; a constant, as {@link #INSTANCE} is made first. */
  private static final long RESAMPLE_NS = 1_000_000_000L;

  private final OffsetEpochNanoClock wall =
      new OffsetEpochNanoClock(RETRIES_MAX, SAMPLE_THRESHOLD_NS, RESAMPLE_NS);

  private SystemClock() {}

  @Override
  public long wallNs() {
    return wall.nanoTime();
  }

  @Override
  public long monotonicNs() {
    return System.nanoTime();
  }
}
