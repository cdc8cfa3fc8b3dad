package io.mothership.alien;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as recorders write them: ISO 8601 with its shorter forms, a space in the {@code T}'s place,
 * and more digits than a nanosecond has. A time without a zone is UTC.
 */
final class GpxTime {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2})[Tt ](\\d{2}:\\d{2})(:\\d{2})?(?:[.,](\\d{1,9})\\d*)?"
              + " ?([Zz]|[+-]\\d{2}(?::?\\d{2})?)?");
  private static final DateTimeFormatter LOCAL =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendLiteral('T')
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter(Locale.ROOT);

  private GpxTime() {}

  /** Empty if the text is no time. */
  static Optional<Instant> parse(final String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (final DateTimeException e) {
      return parseShort(text);
    }
  }

  private static Optional<Instant> parseShort(final String text) {
    final Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    final String seconds = form.group(3) == null ? ":00" : form.group(3);
    final String fraction = form.group(4) == null ? "" : "." + form.group(4);
    final String zone = form.group(5);
    try {
      final LocalDateTime local =
          LocalDateTime.parse(form.group(1) + "T" + form.group(2) + seconds + fraction, LOCAL);
      final boolean isUtc = zone == null || zone.equalsIgnoreCase("z");
      return Optional.of(local.toInstant(isUtc ? ZoneOffset.UTC : ZoneOffset.of(zone)));
    } catch (final DateTimeException e) {
      return Optional.empty();
    }
  }
}
