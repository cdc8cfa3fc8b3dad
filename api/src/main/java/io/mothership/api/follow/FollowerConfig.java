package io.mothership.api.follow;

import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import java.time.Duration;

/**
 * What a follower follows, and how.
 *
 * @param name lower-case letters, digits and {@code -}; names its place, its metrics and its dead
 *     letters
 * @param filter which records
 * @param start where it begins if it has no place yet, or its place is in another journal
 * @param batchMax records delivered at once, at most
 * @param batchBytesMax no further record after so many bytes of payload
 * @param linger how long a batch that is not full waits for more
 * @param retryMin pause after the first failure; each further one doubles it
 * @param retryMax the longest pause
 * @param triesMax after so many failures of one record it is put aside; 0 = it stops the rest
 * @param breakerAfter after so many failures in a row the target counts as broken
 * @param breakerPause how long a broken target is left alone before one record tries it
 * @param laggingAfter so far behind, it says that it lags
 */
public record FollowerConfig(
    String name,
    TapFilter filter,
    TapStart start,
    int batchMax,
    int batchBytesMax,
    Duration linger,
    Duration retryMin,
    Duration retryMax,
    int triesMax,
    int breakerAfter,
    Duration breakerPause,
    Duration laggingAfter) {

  public FollowerConfig {
    if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
      throw new IllegalArgumentException("not a follower's name: length=" + name.length());
    }
    if (batchMax < 1) {
      throw new IllegalArgumentException("batchMax: min=1, actual=" + batchMax);
    }
    if (start instanceof TapStart.Before || start instanceof TapStart.AfterSequence) {
      throw new IllegalArgumentException("a follower starts at the oldest, at a time, or now");
    }
  }

  /** From the oldest record on, with batches and patience for a system on the network. */
  public static FollowerConfig of(final String name, final TapFilter filter) {
    return new FollowerConfig(
        name,
        filter,
        new TapStart.Oldest(),
        256,
        1024 * 1024,
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofSeconds(30),
        5,
        5,
        Duration.ofSeconds(30),
        Duration.ofMinutes(1));
  }

  public FollowerConfig start(final TapStart newStart) {
    return new FollowerConfig(
        name,
        filter,
        newStart,
        batchMax,
        batchBytesMax,
        linger,
        retryMin,
        retryMax,
        triesMax,
        breakerAfter,
        breakerPause,
        laggingAfter);
  }

  public FollowerConfig batches(final int newMax, final int newBytesMax, final Duration newLinger) {
    return new FollowerConfig(
        name,
        filter,
        start,
        newMax,
        newBytesMax,
        newLinger,
        retryMin,
        retryMax,
        triesMax,
        breakerAfter,
        breakerPause,
        laggingAfter);
  }

  public FollowerConfig retries(
      final Duration newMin, final Duration newMax, final int newTriesMax) {
    return new FollowerConfig(
        name,
        filter,
        start,
        batchMax,
        batchBytesMax,
        linger,
        newMin,
        newMax,
        newTriesMax,
        breakerAfter,
        breakerPause,
        laggingAfter);
  }

  public FollowerConfig breaker(final int newAfter, final Duration newPause) {
    return new FollowerConfig(
        name,
        filter,
        start,
        batchMax,
        batchBytesMax,
        linger,
        retryMin,
        retryMax,
        triesMax,
        newAfter,
        newPause,
        laggingAfter);
  }
}
