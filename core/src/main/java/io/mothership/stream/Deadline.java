package io.mothership.stream;

import io.mothership.bus.HotPath;

/** Points in time, in ns, of which some are so far away that they never come. Any thread. */
final class Deadline {
  static final long NEVER = Long.MAX_VALUE;

  private Deadline() {}

  /** What comes {@code delayNs}, which is not negative, after a time; {@link #NEVER} at most. */
  @HotPath
  static long after(final long timeNs, final long delayNs) {
    final long deadlineNs = timeNs + delayNs;
    return deadlineNs < timeNs ? NEVER : deadlineNs;
  }
}
