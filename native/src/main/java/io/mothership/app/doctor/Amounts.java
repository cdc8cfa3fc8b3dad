package io.mothership.app.doctor;

import java.util.Locale;

/** Measured amounts as people read them. */
final class Amounts {
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final long US = 1_000L;
  private static final long MS = 1_000_000L;
  private static final long S = 1_000_000_000L;

  private Amounts() {}

  static String bytes(final long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 || value >= 100
        ? "%.0f %s".formatted(value, BYTE_UNITS[unit])
        : String.format(Locale.ROOT, "%.1f %s", value, BYTE_UNITS[unit]);
  }

  static String time(final long ns) {
    if (ns >= S) {
      return String.format(Locale.ROOT, "%.1f s", (double) ns / S);
    }
    return ns >= MS
        ? String.format(Locale.ROOT, "%.2f ms", (double) ns / MS)
        : String.format(Locale.ROOT, "%.0f µs", (double) ns / US);
  }
}
