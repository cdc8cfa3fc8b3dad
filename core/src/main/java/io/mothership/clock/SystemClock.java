package io.mothership.clock;

import org.agrona.concurrent.SystemEpochNanoClock;

/** The machine's clocks; safe on every thread. */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  private SystemClock() {}

  @Override
  public long wallNs() {
    return SystemEpochNanoClock.INSTANCE.nanoTime();
  }

  @Override
  public long monotonicNs() {
    return System.nanoTime();
  }
}
