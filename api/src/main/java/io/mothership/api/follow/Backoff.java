package io.mothership.api.follow;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between tries: each twice the one before, up to a bound, shortened by chance to a half.
 */
final class Backoff {
  private static final int SHIFT_MAX = 30;

  private final long minNs;
  private final long maxNs;
  private final RandomGenerator random;

  Backoff(final Duration min, final Duration max, final RandomGenerator random) {
    this.minNs = Math.max(1, min.toNanos());
    this.maxNs = Math.max(minNs, max.toNanos());
    this.random = random;
  }

  /**
   * The pause after a failure.
   *
   * @param failures in a row, at least 1
   */
  long pauseNs(final int failures) {
    final int shift = Math.clamp(failures - 1L, 0, SHIFT_MAX);
    final long whole = minNs > maxNs >> shift ? maxNs : minNs << shift;
    return whole - random.nextLong(whole / 2 + 1);
  }
}
