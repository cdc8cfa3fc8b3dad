package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  @Test
  void shouldLetABurstThroughAndThenTheRate() {
    for (final long startNs : new long[] {-SECOND_NS / 2, 0, Long.MAX_VALUE - 10}) {
      final RateLimiter limiter = new RateLimiter(10, 20);
      for (int i = 0; i < 20; i++) {
        assertEquals(0, limiter.take("a", 1, startNs), "token " + i);
      }
      assertEquals(SECOND_NS / 10, limiter.take("a", 1, startNs));
      assertEquals(0, limiter.take("b", 1, startNs));
      final long laterNs = startNs + SECOND_NS / 10;
      assertEquals(0, limiter.take("a", 1, laterNs));
      assertEquals(SECOND_NS / 10, limiter.take("a", 1, laterNs));
    }
  }

  @Test
  void shouldTakeNothingFromWhoIsRefused() {
    final RateLimiter limiter = new RateLimiter(10, 10);
    assertEquals(0, limiter.take("a", 9, 0));
    assertEquals(SECOND_NS / 10, limiter.take("a", 2, 0));
    assertEquals(0, limiter.take("a", 1, 0));
  }

  @Test
  void shouldNotFillMoreThanTheBucketHolds() {
    final RateLimiter limiter = new RateLimiter(1, 2);
    assertEquals(0, limiter.take("a", 2, 0));
    assertEquals(0, limiter.take("a", 2, 3_600 * SECOND_NS));
    assertTrue(limiter.take("a", 1, 3_600 * SECOND_NS) > 0);
  }

  @Test
  void shouldHoldABoundedNumberOfCallers() {
    final RateLimiter limiter = new RateLimiter(1, 1);
    for (int i = 0; i < RateLimiter.BUCKETS_MAX; i++) {
      assertEquals(0, limiter.take(i, 1, 0));
    }
    assertEquals(0, limiter.take("one too many", 1, 0));
    assertTrue(limiter.take("shares its bucket", 1, 0) > 0);
    assertEquals(RateLimiter.BUCKETS_MAX, limiter.bucketCount());
    assertEquals(0, limiter.take("after the sweep", 1, 2 * SECOND_NS));
    assertEquals(1, limiter.bucketCount());
  }

  @Test
  void shouldLimitNobodyWithoutARate() {
    final RateLimiter limiter = new RateLimiter(0, 1);
    for (int i = 0; i < 1_000; i++) {
      assertEquals(0, limiter.take("a", 1_000, 0));
    }
  }
}
