package io.mothership.storage.sql;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Times as the registry and the API write them: RFC 3339 in UTC with six digits of a second. */
public final class Timestamps {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter PRECISE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  private Timestamps() {}

  /** To the nanosecond, as records of the journal are timed. */
  public static String preciseText(final long timeNs) {
    return PRECISE.format(Instant.EPOCH.plusNanos(timeNs));
  }

  /** Fixed width, so that texts sort like times. */
  public static String text(final Instant time) {
    return FORMAT.format(time);
  }

  /** To the precision that survives being written. */
  public static Instant ofNs(final long wallNs) {
    return Instant.EPOCH.plusNanos(wallNs).truncatedTo(ChronoUnit.MICROS);
  }

  static Instant parse(final String text) {
    return Instant.parse(text);
  }
}
