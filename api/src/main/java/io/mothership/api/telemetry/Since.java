package io.mothership.api.telemetry;

import io.mothership.api.ApiException;
import io.mothership.clock.Rfc3339;
import java.time.DateTimeException;

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
      // A '+' that was not escaped arrives as a space.
      return Rfc3339.parseNs(text.replace(' ', '+'));
    } catch (final DateTimeException e) {
      throw ApiException.invalid(
          field + " is not an RFC 3339 time: " + text.substring(0, Math.min(text.length(), 32)));
    }
  }
}
