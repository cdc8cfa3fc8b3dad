package io.mothership.alien;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Time stamps and message ids of one device: naive UTC with microseconds, and {@code
 * entity-seconds}.
 *
 * <p>The id of a telemetry message is its time, so two messages in one microsecond would be taken
 * for one by the server's duplicate window. The clock therefore always advances by at least one
 * microsecond.
 *
 * <p><em>Thread:</em> any.
 */
final class MessageIds {

  private static final DateTimeFormatter NAIVE_UTC =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
  private static final int TOKEN_LENGTH_MAX = 128;

  private final LongSupplier wallMicros;
  private final AtomicLong lastMicros = new AtomicLong(Long.MIN_VALUE);

  MessageIds(final LongSupplier wallMicros) {
    this.wallMicros = wallMicros;
  }

  static long systemMicros() {
    final Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
  }

  /** Microseconds since 1970, each value given once. */
  long nextMicros() {
    final long now = wallMicros.getAsLong();
    return lastMicros.updateAndGet(last -> Math.max(last + 1, now));
  }

  static String timestamp(final long micros) {
    return NAIVE_UTC.format(
        Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L));
  }

  static String telemetryId(final String entityId, final long micros) {
    final StringBuilder id = new StringBuilder(entityId.length() + 20);
    id.append(entityId).append('-').append(Math.floorDiv(micros, 1_000_000L)).append('.');
    final String fraction = Long.toString(Math.floorMod(micros, 1_000_000L));
    return id.repeat('0', 6 - fraction.length()).append(fraction).toString();
  }

  /** Whether the text can stand as one token of a subject. */
  static boolean isToken(final String text) {
    if (text.isEmpty() || text.length() > TOKEN_LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      final boolean isPlain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!isPlain && c != '-' && c != '_') {
        return false;
      }
    }
    return true;
  }
}
