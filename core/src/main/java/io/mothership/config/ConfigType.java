package io.mothership.config;

import java.util.Locale;

/** How the text of a value is understood; every number ends as a {@code long}. */
public enum ConfigType {
  /** Any text. */
  TEXT("text"),
  /** Text that is never shown. */
  SECRET("text, never shown"),
  /** A file or folder. */
  PATH("path"),
  /** A host name or address to listen on. */
  HOST("host"),
  /** {@code true|yes|on} or {@code false|no|off}. */
  SWITCH("true or false"),
  /** A whole number. */
  COUNT("number"),
  /** Bytes: {@code 64k} is 64,000, {@code 64KB} is 65,536; {@code -1} = no limit where allowed. */
  SIZE("size"),
  /** Nanoseconds inside; {@code 2m}, {@code 1h30m}, {@code 100ms}; a bare number is seconds. */
  DURATION("duration"),
  /** One word of a list. */
  CHOICE("one of");

  private final String words;

  ConfigType(final String words) {
    this.words = words;
  }

  /** For people. */
  String words() {
    return words;
  }

  boolean isNumber() {
    return this == COUNT || this == SIZE || this == DURATION || this == SWITCH;
  }

  /**
   * The number that {@code text} stands for.
   *
   * @throws IllegalArgumentException if it stands for none; the message says why
   */
  long number(final String text) {
    return switch (this) {
      case SWITCH -> switchOf(text);
      case COUNT -> count(text);
      case SIZE -> size(text);
      case DURATION -> durationNs(text);
      default -> throw new IllegalStateException(this + " has no number");
    };
  }

  private static long switchOf(final String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on", "enabled", "enable", "1" -> 1;
      case "false", "no", "off", "disabled", "disable", "0" -> 0;
      default -> throw new IllegalArgumentException("expected true or false");
    };
  }

  private static long count(final String text) {
    try {
      return Long.parseLong(text);
    } catch (final NumberFormatException e) {
      throw new IllegalArgumentException("expected a whole number", e);
    }
  }

  private static long size(final String text) {
    int end = text.startsWith("-") ? 1 : 0;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    final long factor =
        switch (text.substring(end).strip().toLowerCase(Locale.ROOT)) {
          case "", "b" -> 1;
          case "k" -> 1_000;
          case "kb", "ki", "kib" -> 1L << 10;
          case "m" -> 1_000_000;
          case "mb", "mi", "mib" -> 1L << 20;
          case "g" -> 1_000_000_000;
          case "gb", "gi", "gib" -> 1L << 30;
          case "t" -> 1_000_000_000_000L;
          case "tb", "ti", "tib" -> 1L << 40;
          default -> throw new IllegalArgumentException("expected a size like 64k, 1MB or 2GB");
        };
    try {
      return Math.multiplyExact(Long.parseLong(text.substring(0, end)), factor);
    } catch (final NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException("expected a size like 64k, 1MB or 2GB", e);
    }
  }

  private static long durationNs(final String text) {
    final IllegalArgumentException wrong =
        new IllegalArgumentException("expected a duration like 100ms, 2m or 1h30m");
    if (text.isEmpty()) {
      throw wrong;
    }
    long total = 0;
    int at = 0;
    while (at < text.length()) {
      int end = at;
      while (end < text.length()
          && (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
        end++;
      }
      int unitEnd = end;
      while (unitEnd < text.length() && Character.isLetter(text.charAt(unitEnd))) {
        unitEnd++;
      }
      final long unitNs =
          switch (text.substring(end, unitEnd)) {
            case "ns" -> 1L;
            case "us", "µs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "d" -> 86_400_000_000_000L;
            // A bare number is seconds, and stands alone.
            case "" -> at == 0 && end == text.length() ? 1_000_000_000L : 0L;
            default -> 0L;
          };
      if (end == at || unitNs == 0) {
        throw wrong;
      }
      try {
        total = Math.addExact(total, durationNs(text.substring(at, end), unitNs));
      } catch (final NumberFormatException | ArithmeticException e) {
        wrong.initCause(e);
        throw wrong;
      }
      at = unitEnd;
    }
    return total;
  }

  /** Whole numbers exactly: a double would round them from 104 days on. */
  private static long durationNs(final String number, final long unitNs) {
    return number.indexOf('.') < 0
        ? Math.multiplyExact(Long.parseLong(number), unitNs)
        : (long) (Double.parseDouble(number) * unitNs);
  }

  /** A number as it would be written in the file. */
  String text(final long number) {
    return switch (this) {
      case SWITCH -> number == 0 ? "false" : "true";
      case SIZE -> sizeText(number);
      case DURATION -> durationText(number);
      default -> Long.toString(number);
    };
  }

  private static String sizeText(final long bytes) {
    final String[] units = {"TB", "GB", "MB", "KB"};
    for (int i = 0; i < units.length; i++) {
      final long factor = 1L << (10 * (units.length - i));
      if (bytes >= factor && bytes % factor == 0) {
        return bytes / factor + units[i];
      }
    }
    return Long.toString(bytes);
  }

  private static String durationText(final long ns) {
    final String[] units = {"h", "m", "s", "ms", "us"};
    final long[] factors = {
      3_600_000_000_000L, 60_000_000_000L, 1_000_000_000L, 1_000_000L, 1_000L
    };
    for (int i = 0; i < units.length; i++) {
      if (ns >= factors[i] && ns % factors[i] == 0) {
        return ns / factors[i] + units[i];
      }
    }
    return ns + "ns";
  }
}
