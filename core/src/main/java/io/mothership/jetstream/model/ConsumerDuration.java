package io.mothership.jetstream.model;

import java.math.BigDecimal;

/**
 * Durations as Go writes them ({@code 1h2m3s}, {@code 1.5ms}), which is how some texts of the API
 * name them.
 *
 * <p>Any thread, stateless.
 */
public final class ConsumerDuration {
  private static final long MICRO = 1_000L;
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private ConsumerDuration() {}

  public static String text(final long ns) {
    if (ns == 0) {
      return "0s";
    }
    if (ns < 0) {
      return "-" + text(-ns);
    }
    if (ns < MICRO) {
      return ns + "ns";
    }
    if (ns < MILLI) {
      return decimal(ns, MICRO) + "µs";
    }
    if (ns < SECOND) {
      return decimal(ns, MILLI) + "ms";
    }
    final long minutes = ns / (60 * SECOND);
    final String seconds = decimal(ns % (60 * SECOND), SECOND) + "s";
    if (minutes == 0) {
      return seconds;
    }
    final long hours = minutes / 60;
    return (hours == 0 ? "" : hours + "h") + minutes % 60 + "m" + seconds;
  }

  private static String decimal(final long value, final long unit) {
    return BigDecimal.valueOf(value)
        .divide(BigDecimal.valueOf(unit))
        .stripTrailingZeros()
        .toPlainString();
  }
}
