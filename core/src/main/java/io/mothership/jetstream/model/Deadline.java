package io.mothership.jetstream.model;

import io.mothership.frame.HotPath;

/** Points in time, in ns, of which some are so far away that they never come. Any thread. */
public final class Deadline {
  public static final long NEVER = Long.MAX_VALUE;

  private Deadline() {}

  /** What comes {@code delayNs}, which is not negative, after a time; {@link #NEVER} at most. */
  @HotPath
  public static long after(final long timeNs, final long delayNs) {
    final long deadlineNs = timeNs + delayNs;
    return deadlineNs < timeNs ? NEVER : deadlineNs;
  }
}
