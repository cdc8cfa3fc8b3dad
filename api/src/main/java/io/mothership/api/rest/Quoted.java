package io.mothership.api.rest;

/** Text of strangers as messages and logs may show it: short, and without control characters. */
public final class Quoted {
  private static final int LENGTH_MAX = 32;

  private Quoted() {}

  /** The first {@value #LENGTH_MAX} characters; what is no plain text is escaped. */
  public static String of(final String text) {
    final StringBuilder shown = new StringBuilder(LENGTH_MAX + 8);
    int index = 0;
    for (int count = 0; index < text.length() && count < LENGTH_MAX; count++) {
      final int c = text.codePointAt(index);
      index += Character.charCount(c);
      if (isPlain(c)) {
        shown.appendCodePoint(c);
      } else if (c < 0x10000) {
        shown.append("\\u%04x".formatted(c));
      } else {
        shown.append("\\U%06x".formatted(c));
      }
    }
    return index < text.length() ? shown.append('…').toString() : shown.toString();
  }

  private static boolean isPlain(final int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> c != '\\' && c != '"';
    };
  }
}
