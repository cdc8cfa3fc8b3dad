package io.mothership.clock;

<<<<<<< HEAD
/**
 * The machine's clocks; safe on every thread, and without an object per reading.
 *
 * <p>The JDK gives wall time in milliseconds without allocating. In between, the monotonic clock counts, and its
 * offset is set anew as soon as the two disagree: a step of the wall clock is followed at once.
=======
import java.time.Instant;

/**
 * The machine's clocks; safe on every thread. The wall clock is read once a second and carried on
 * by the monotonic one in between, so that a reading makes no object.
>>>>>>> streams
 */
final class SystemClock implements Clock {
  static final SystemClock INSTANCE = new SystemClock();

<<<<<<< HEAD
  private static final long NS_PER_MS = 1_000_000L;

  /** The wall clock is read in whole milliseconds, so being ahead by less than two is no disagreement. */
  private static final long AHEAD_MAX_NS = 2 * NS_PER_MS;

  private volatile long offsetNs = System.currentTimeMillis() * NS_PER_MS - System.nanoTime();
=======
  private static final long SECOND_NS = 1_000_000_000L;

  /** How soon a step of the wall clock is noticed. */
  private static final long SAMPLE_NS = SECOND_NS;

  private volatile Sample sample = sample();
>>>>>>> streams

  private SystemClock() {}

  @Override
  public long wallNs() {
<<<<<<< HEAD
    final long monotonicNs = System.nanoTime();
    final long coarseNs = System.currentTimeMillis() * NS_PER_MS;
    final long wallNs = monotonicNs + offsetNs;
    final long aheadNs = wallNs - coarseNs;
    if (aheadNs >= 0 && aheadNs < AHEAD_MAX_NS) {
      return wallNs;
    }
    offsetNs = coarseNs - monotonicNs;
    return coarseNs;
=======
    Sample last = sample;
    long sinceNs = System.nanoTime() - last.monotonicNs;
    if (sinceNs > SAMPLE_NS) {
      last = sample();
      sample = last;
      sinceNs = 0;
    }
    return last.wallNs + sinceNs;
>>>>>>> streams
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
