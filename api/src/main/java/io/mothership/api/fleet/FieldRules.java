package io.mothership.api.fleet;

import io.mothership.json.JsonValue;
import io.mothership.json.JsonWriter;
import java.nio.charset.StandardCharsets;

/** What the values of records must look like. Vocabularies are open: only the shape is checked. */
final class FieldRules {
  static final int WORD_LENGTH_MAX = 64;
  static final int NAME_LENGTH_MAX = 256;

  /** Keeps an event with all three documents, escaped twice, inside the stream's message limit. */
  static final int DOCUMENT_BYTES_MAX = 128 * 1024;

  private FieldRules() {}

  /** A word of a vocabulary. */
  static String word(final String field, final String value) {
    if (value.isEmpty()) {
      throw FleetRefusals.invalid(field + " is required");
    }
    checkText(field, value, WORD_LENGTH_MAX);
    return value;
  }

  static String name(final String field, final String value) {
    checkText(field, value, NAME_LENGTH_MAX);
    if (!value.isEmpty() && value.isBlank()) {
      throw FleetRefusals.invalid(field + " must not be blank");
    }
    return value;
  }

  static double range(final String field, final double value, final double min, final double max) {
    if (!(value >= min && value <= max)) {
      throw FleetRefusals.invalid(
          "%s out of range: min=%s, max=%s, actual=%s"
              .formatted(field, plain(min), plain(max), plain(value)));
    }
    return value;
  }

  static double finite(final String field, final double value) {
    return range(field, value, -1e9, 1e9);
  }

  /** Any JSON, as the text that is kept. */
  static String document(final String field, final JsonValue value) {
    final byte[] text = new JsonWriter().value(value).toBytes();
    if (text.length > DOCUMENT_BYTES_MAX) {
      throw FleetRefusals.invalid(
          "%s too long: max=%d, actual=%d".formatted(field, DOCUMENT_BYTES_MAX, text.length));
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void checkText(final String field, final String value, final int lengthMax) {
    final int length = value.codePointCount(0, value.length());
    if (length > lengthMax) {
      throw FleetRefusals.invalid(
          "%s too long: max=%d, actual=%d".formatted(field, lengthMax, length));
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw FleetRefusals.invalid(field + " contains control characters");
    }
  }

  private static String plain(final double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
