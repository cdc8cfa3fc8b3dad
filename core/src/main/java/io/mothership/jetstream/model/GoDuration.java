package io.mothership.jetstream.model;

/** Durations in the notation of Go, e.g. {@code 1h30m}, {@code 2s}, {@code 1.5m}. Any thread. */
public final class GoDuration {
  /** {@link #parseNs}: not a duration. */
  public static final long INVALID = Long.MIN_VALUE;

  private static final String[] UNITS = {"ns", "us", "µs", "ms", "s", "m", "h"};
  private static final double[] UNIT_NS = {1, 1e3, 1e3, 1e6, 1e9, 60e9, 3600e9};

  private GoDuration() {}

  /** ns, or {@link #INVALID}. */
  public static long parseNs(final String text) {
    if (text.equals("0")) {
      return 0;
    }
    int at = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    if (at == text.length()) {
      return INVALID;
    }
    double total = 0;
    while (at < text.length()) {
      final int start = at;
      while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
        at++;
      }
      final int unitStart = at;
      while (at < text.length() && !isDigit(text.charAt(at)) && text.charAt(at) != '.') {
        at++;
      }
      final double unit = unitNs(text.substring(unitStart, at));
      if (unit == 0 || start == unitStart) {
        return INVALID;
      }
      try {
        total += Double.parseDouble(text.substring(start, unitStart)) * unit;
      } catch (final NumberFormatException e) {
        return INVALID;
      }
    }
    return text.charAt(0) == '-' ? -(long) total : (long) total;
  }

  private static double unitNs(final String unit) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return UNIT_NS[i];
      }
    }
    return 0;
  }

  private static boolean isDigit(final char c) {
    return c >= '0' && c <= '9';
  }
}
