package io.mothership.clock;

import java.time.Instant;

/**
 * The machine's clocks; safe on every thread. The wall clock is read once a second and carried on
 * by the monotonic one in between, so that a reading makes no object.
 */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

  private static final long SECOND_NS = 1_000_000_000L;

  /** How soon a step of the wall clock is noticed. */
  private static final long SAMPLE_NS = SECOND_NS;

  private volatile Sample sample = sample();

  private SystemClock() {}

  @Override
  public long wallNs() {
    Sample last = sample;
    long sinceNs = System.nanoTime() - last.monotonicNs;
    if (sinceNs > SAMPLE_NS) {
      last = sample();
      sample = last;
      sinceNs = 0;
    }
    return last.wallNs + sinceNs;
  }

  @Override
  public long monotonicNs() {
    return System.nanoTime();
  }

  private static Sample sample() {
    final Instant now = Instant.now();
    return new Sample(now.getEpochSecond() * SECOND_NS + now.getNano(), System.nanoTime());
  }

  private record Sample(long wallNs, long monotonicNs) {}
}
