package io.mothership.jetstream.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Timestamps of the API: RFC 3339 in UTC, ns without trailing zeros. Any thread; allocates. */
public final class Rfc3339 {
  /** What stands for "never". */
  public static final String ZERO = "0001-01-01T00:00:00Z";

  private static final long SECOND_NS = 1_000_000_000L;
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Rfc3339() {}

  /** ns since 1970 as text; 0 is {@link #ZERO}. */
  public static String text(final long timeNs) {
    if (timeNs == 0) {
      return ZERO;
    }
    final Instant instant =
        Instant.ofEpochSecond(Math.floorDiv(timeNs, SECOND_NS), Math.floorMod(timeNs, SECOND_NS));
    final StringBuilder text = new StringBuilder(32);
    SECONDS.formatTo(instant, text);
    if (instant.getNano() != 0) {
      text.append('.').append(String.format(Locale.ROOT, "%09d", instant.getNano()));
      while (text.charAt(text.length() - 1) == '0') {
        text.setLength(text.length() - 1);
      }
    }
    return text.append('Z').toString();
  }

  /**
   * Text as ns since 1970.
   *
   * @throws DateTimeException if it is no timestamp
   */
  public static long parseNs(final String text) {
    return epochNs(OffsetDateTime.parse(text));
  }

  /** ns since 1970; of a time that is out of their range, the nearest that is not. */
  public static long epochNs(final OffsetDateTime time) {
    try {
      return Math.addExact(Math.multiplyExact(time.toEpochSecond(), SECOND_NS), time.getNano());
    } catch (final ArithmeticException e) {
      return time.toEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
