package io.mothership.clock;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.OffsetEpochNanoClock;

/** The machine's clocks; safe on every thread, and without an object per reading. */
final class SystemClock implements Clock {
  private static final int RETRIES_MAX = 100;
  private static final long SAMPLE_THRESHOLD_NS = 250;

  /** How soon a step of the wall clock is noticed. */
  private static final long RESAMPLE_NS = TimeUnit.SECONDS.toNanos(1);

  /** Behind the values that it is made of, which would still be 0. */
  static final SystemClock INSTANCE = new SystemClock();

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
