package io.mothership.api.rest;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Token buckets, one per caller. A bucket is the one time at which it will be full again (GCRA): a
 * token taken moves it on, and it may lie ahead by as much as the bucket holds.
 *
 * <p><i>Thread:</i> any, without locks. <i>Allocates:</i> a bucket per caller, {@value
 * #BUCKETS_MAX} at most; callers beyond share one.
 */
final class RateLimiter {
  static final int BUCKETS_MAX = 16_384;

  private final Map<Object, AtomicLong> buckets = new ConcurrentHashMap<>();
  private final AtomicLong shared = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong sweptNs = new AtomicLong(Long.MIN_VALUE);
  private final long intervalNs;
  private final long depthNs;

  /**
   * @param perSecond tokens that come back per second, 0 = no limit
   * @param burst tokens in a full bucket
   */
  RateLimiter(final int perSecond, final int burst) {
    if (perSecond < 0 || burst < 1) {
      throw new IllegalArgumentException(
          "rate out of range: perSecond=%d, burst=%d".formatted(perSecond, burst));
    }
    intervalNs = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    depthNs = intervalNs * burst;
  }

  /**
   * Takes tokens from a caller's bucket.
   *
   * @param nowNs monotonic time
   * @return 0, or for how many ns the caller has to wait; then nothing was taken
   */
  long take(final Object caller, final int tokens, final long nowNs) {
    if (intervalNs == 0) {
      return 0;
    }
    final AtomicLong bucket = bucket(caller, nowNs);
    while (true) {
      final long before = bucket.get();
      // Times of the monotonic clock may be negative; only differences mean something.
      final long from = before == Long.MIN_VALUE || before - nowNs < 0 ? nowNs : before;
      final long after = from + tokens * intervalNs;
      final long aheadNs = after - nowNs - depthNs;
      if (aheadNs > 0) {
        return aheadNs;
      }
      if (bucket.compareAndSet(before, after)) {
        return 0;
      }
    }
  }

  int bucketCount() {
    return buckets.size();
  }

  private AtomicLong bucket(final Object caller, final long nowNs) {
    final AtomicLong known = buckets.get(caller);
    if (known != null) {
      return known;
    }
    if (buckets.size() >= BUCKETS_MAX) {
      sweep(nowNs);
      if (buckets.size() >= BUCKETS_MAX) {
        return shared;
      }
    }
    return buckets.computeIfAbsent(caller, key -> new AtomicLong(Long.MIN_VALUE));
  }

  /** Forgets callers whose bucket is full again: a new one is the same. Once a second at most. */
  private void sweep(final long nowNs) {
    final long last = sweptNs.get();
    if (last != Long.MIN_VALUE && nowNs - last < TimeUnit.SECONDS.toNanos(1)
        || !sweptNs.compareAndSet(last, nowNs)) {
      return;
    }
    buckets.values().removeIf(bucket -> bucket.get() - nowNs <= 0);
  }
}
