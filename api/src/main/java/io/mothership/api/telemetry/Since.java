package io.mothership.api.telemetry;

import io.mothership.api.ApiException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** Reads places in the journal as clients write them. */
final class Since {
  private Since() {}

  static boolean isSequence(final String text) {
    return !text.isEmpty()
        && text.length() <= 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Of text that {@link #isSequence}. */
  static long sequence(final String text) {
    return Long.parseLong(text);
  }

  /**
   * An RFC 3339 time in ns since 1970; without a zone it is UTC.
   *
   * @throws ApiException 400 if it is none
   */
  static long timeNs(final String field, final String text) {
    try {
      return ChronoUnit.NANOS.between(Instant.EPOCH, instant(text));
    } catch (final DateTimeException | ArithmeticException e) {
      throw ApiException.invalid(
          field + " is not an RFC 3339 time: " + text.substring(0, Math.min(text.length(), 32)));
    }
  }

  private static Instant instant(final String text) {
    // A '+' that was not escaped arrives as a space.
    final String whole = text.replace(' ', '+');
    try {
      return OffsetDateTime.parse(whole).toInstant();
    } catch (final DateTimeParseException e) {
      return LocalDateTime.parse(whole).toInstant(ZoneOffset.UTC);
    }
  }
}
