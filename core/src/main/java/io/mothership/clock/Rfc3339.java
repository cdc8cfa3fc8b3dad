package io.mothership.clock;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times as text, everywhere: RFC 3339 in UTC. Any thread; allocates. */
public final class Rfc3339 {
  /** What stands for "never" in the JetStream API. */
  public static final String ZERO = "0001-01-01T00:00:00Z";

  private static final long SECOND_NS = 1_000_000_000L;
  private static final DateTimeFormatter SECONDS = formatter("uuuu-MM-dd'T'HH:mm:ss");
  private static final DateTimeFormatter MICROS = formatter("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");
  private static final DateTimeFormatter NANOS = formatter("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'");

  private Rfc3339() {}

  /** Six digits of a second, as records are kept. Fixed width, so that texts sort like times. */
  public static String text(final Instant time) {
    return MICROS.format(time);
  }

  /** Nine digits of a second, as records of the journal are timed. */
  public static String preciseText(final long timeNs) {
    return NANOS.format(instant(timeNs));
  }

  /** As many digits as it needs, as JetStream's answers have it; 0 is {@link #ZERO}. */
  public static String shortText(final long timeNs) {
    if (timeNs == 0) {
      return ZERO;
    }
    final Instant instant = instant(timeNs);
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

  /** ns since 1970 to the precision that survives {@link #text}. */
  public static Instant ofNs(final long wallNs) {
    return instant(wallNs).truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * What a person or a program wrote; without a zone it is UTC.
   *
   * @throws DateTimeException if it is no time
   */
  public static Instant parse(final String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (final DateTimeParseException e) {
      return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }
  }

  /**
   * As {@link #parse}, in ns since 1970; of a time that is out of their range, the nearest that is
   * not.
   *
   * @throws DateTimeException if it is no time
   */
  public static long parseNs(final String text) {
    return epochNs(parse(text).atOffset(ZoneOffset.UTC));
  }

  /** ns since 1970; of a time that is out of their range, the nearest that is not. */
  public static long epochNs(final OffsetDateTime time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.toEpochSecond(), SECOND_NS), (long) time.getNano());
    } catch (final ArithmeticException e) {
      return time.toEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  private static Instant instant(final long timeNs) {
    return Instant.ofEpochSecond(
        Math.floorDiv(timeNs, SECOND_NS), Math.floorMod(timeNs, SECOND_NS));
  }

  private static DateTimeFormatter formatter(final String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }
}
