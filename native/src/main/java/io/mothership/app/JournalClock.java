package io.mothership.app;

import io.mothership.clock.Clock;
import io.mothership.storage.recovery.AcceptedClock;
import io.mothership.storage.recovery.RecoveryReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a start makes of a wall clock that is behind the journal: on boards without a clock battery
 * either may be wrong, so records' times go on from the last one unless an operator says that the
 * clock is right.
 */
final class JournalClock {
  private static final Logger LOG = LoggerFactory.getLogger(JournalClock.class);
  private static final long BEHIND_NS_MAX = TimeUnit.SECONDS.toNanos(5);

  private JournalClock() {}

  /** The time that records' times go on from, ns since 1970. */
  static long startNs(final RecoveryReport report, final Path folder, final Clock clock) {
    final long wallNs = clock.wallNs();
    final long behindNs = report.lastTimeNs() - wallNs;
    if (behindNs <= BEHIND_NS_MAX) {
      return report.lastTimeNs();
    }
    final long behindS = TimeUnit.NANOSECONDS.toSeconds(behindNs);
    if (isAccepted(folder, report.lastSequence())) {
      LOG.warn(
          "the clock was declared right: new records carry its time, earlier ones that are up to {}"
              + " s ahead of it count as of now",
          behindS);
      return wallNs;
    }
    LOG.warn(
        "the clock is {} s behind the journal's last record of {}: times go on from that one until"
            + " it has caught up. If the clock is wrong, set it and start again; if it is right and"
            + " was ahead before, stop, run 'mothership journal accept-clock {}', and start again",
        behindS,
        Instant.EPOCH.plusNanos(report.lastTimeNs()),
        folder);
    return report.lastTimeNs();
  }

  private static boolean isAccepted(final Path folder, final long lastSequence) {
    try {
      return AcceptedClock.isDeclared(folder, lastSequence);
    } catch (final IOException e) {
      LOG.warn("whether the clock was declared right cannot be read: cause={}", e.toString());
      return false;
    }
  }
}
