package io.mothership.alien;

import java.time.Duration;
import java.util.Locale;

/**
 * Where a replay is, or how it ended.
 *
 * @param pass the how-manieth time this file is published by this entity, from 1
 * @param resumedAt the record at which this run began, from 0
 * @param published records given to the link by this run
 * @param acknowledged records that the server has confirmed, duplicates included
 * @param duplicates records that the server had stored before
 * @param failed records that the server refused for good
 * @param isComplete whether the file's end was reached and every record is settled
 * @param remark what of the file could not be used, in a line for people; empty before its end, and
 *     if everything could
 */
public record ReplaySummary(
    String file,
    long pass,
    long resumedAt,
    long published,
    long acknowledged,
    long duplicates,
    long failed,
    Duration elapsed,
    boolean isComplete,
    String remark) {

  /** Records neither acknowledged nor refused yet. */
  public long pending() {
    return published - acknowledged - failed;
  }

  /** One line for people. */
  public String line() {
    final double seconds = Math.max(1e-3, elapsed.toMillis() / 1e3);
    return String.format(
        Locale.ROOT,
        "%s: published=%d acknowledged=%d duplicates=%d failed=%d pending=%d %.1fs %.0f/s",
        file,
        published,
        acknowledged,
        duplicates,
        failed,
        pending(),
        seconds,
        acknowledged / seconds);
  }
}
