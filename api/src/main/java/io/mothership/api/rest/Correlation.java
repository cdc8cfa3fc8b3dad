package io.mothership.api.rest;

import io.mothership.transport.http.HttpRequestView;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The id under which a request is found again in logs, events and other programs. Any thread. */
final class Correlation {
  static final String HEADER = "X-Correlation-Id";

  private static final int LENGTH_MAX = 128;
  private static final int TRACE_LENGTH = 32;
  private static final int TRACE_START = 3;

  /** Length of {@code 00-{trace}-{span}-{flags}}. */
  private static final int TRACEPARENT_LENGTH = 55;

  private Correlation() {}

  /** The client's own id if it is a sane one, else its trace's, else a new one. */
  static String of(final HttpRequestView request) {
    return of(request.header(HEADER), request.header("traceparent"));
  }

  static String of(final Optional<String> given, final Optional<String> traceparent) {
    return given
        .filter(Correlation::isSane)
        .or(() -> traceparent.flatMap(Correlation::trace))
        .orElseGet(Correlation::made);
  }

  /** It is written into logs, headers and messages as it is. */
  private static boolean isSane(final String id) {
    if (id.isEmpty() || id.length() > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      final char c = id.charAt(i);
      final boolean isLetter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!isLetter && c != '-' && c != '_' && c != '.' && c != ':') {
        return false;
      }
    }
    return true;
  }

  /** The trace id of a header of W3C Trace Context, level 1, section 3.2. */
  private static Optional<String> trace(final String header) {
    if (header.length() < TRACEPARENT_LENGTH
        || header.charAt(2) != '-'
        || header.charAt(TRACE_START + TRACE_LENGTH) != '-') {
      return Optional.empty();
    }
    final String trace = header.substring(TRACE_START, TRACE_START + TRACE_LENGTH);
    boolean isZero = true;
    for (int i = 0; i < TRACE_LENGTH; i++) {
      final char c = trace.charAt(i);
      if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
        return Optional.empty();
      }
      isZero &= c == '0';
    }
    return isZero ? Optional.empty() : Optional.of(trace);
  }

  /** Tells requests apart, and is no secret: nothing is to be had with it. */
  private static String made() {
    final char[] digits = new char[TRACE_LENGTH];
    final ThreadLocalRandom random = ThreadLocalRandom.current();
    fill(digits, 0, random.nextLong());
    fill(digits, TRACE_LENGTH / 2, random.nextLong());
    return new String(digits);
  }

  private static void fill(final char[] digits, final int offset, final long bits) {
    for (int i = 0; i < TRACE_LENGTH / 2; i++) {
      digits[offset + i] = Character.forDigit((int) (bits >>> 4 * i) & 0xF, 16);
    }
  }
}
