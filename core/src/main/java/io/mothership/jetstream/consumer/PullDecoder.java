package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;

/**
 * Reads the body of {@code CONSUMER.MSG.NEXT}: nothing, a number, or an object.
 *
 * <p>What clients really send, a flat object of numbers and booleans, is read in place; everything
 * else goes through the JSON reader.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> nothing for the usual bodies.
 */
final class PullDecoder {
  private static final byte[][] NUMBER_NAMES =
      names(
          "batch",
          "expires",
          "max_bytes",
          "idle_heartbeat",
          "min_pending",
          "min_ack_pending",
          "priority");
  private static final byte[] NO_WAIT = ascii("no_wait");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final int BATCH = 0;
  private static final int EXPIRES = 1;
  private static final int BYTES = 2;
  private static final int HEARTBEAT = 3;
  private static final int MIN_PENDING = 4;
  private static final int MIN_ACK_PENDING = 5;
  private static final int PRIORITY = 6;
  private static final int DIGITS_MAX = 18;

  private final long[] numbers = new long[NUMBER_NAMES.length];
  private final Slice token = new Slice();
  private boolean isNoWait;
  private String group = "";
  private String pinId = "";
  private Slice text;
  private int at;

  /**
   * Reads a body.
   *
   * @throws JsonException if it is an object that makes no sense; the message is for the client
   */
  void decode(final Slice body) {
    reset();
    text = body;
    at = 0;
    skipBlanks();
    if (at == body.length()) {
      return;
    }
    if (body.byteAt(at) == '{') {
      if (!decodeFlat()) {
        reset();
        numbers[BATCH] = 0;
        decodeTree(JsonReader.parse(body.toByteArray()));
      }
      if (numbers[HEARTBEAT] > 0 && numbers[HEARTBEAT] * 2 > numbers[EXPIRES]) {
        throw new JsonException("heartbeat value too large");
      }
      return;
    }
    if (number(BATCH)) {
      skipBlanks();
    }
    if (at != body.length()) {
      numbers[BATCH] = 1;
    }
  }

  /** Messages wanted. */
  long batch() {
    return numbers[BATCH];
  }

  /** 0 = never. */
  long expiresNs() {
    return numbers[EXPIRES];
  }

  /** 0 = no bound. */
  long bytesMax() {
    return numbers[BYTES];
  }

  boolean isNoWait() {
    return isNoWait;
  }

  long heartbeatNs() {
    return numbers[HEARTBEAT];
  }

  long minPending() {
    return numbers[MIN_PENDING];
  }

  long minAckPending() {
    return numbers[MIN_ACK_PENDING];
  }

  long priority() {
    return numbers[PRIORITY];
  }

  String group() {
    return group;
  }

  String pinId() {
    return pinId;
  }

  private void reset() {
    java.util.Arrays.fill(numbers, 0);
    numbers[BATCH] = 1;
    isNoWait = false;
    group = "";
    pinId = "";
  }

  @HotPath
  private boolean decodeFlat() {
    numbers[BATCH] = 0;
    at++;
    skipBlanks();
    if (take('}')) {
      return isAtEnd();
    }
    do {
      skipBlanks();
      if (!take('"') || !decodeMember()) {
        return false;
      }
      skipBlanks();
    } while (take(','));
    return take('}') && isAtEnd();
  }

  private boolean decodeMember() {
    final int from = at;
    while (at < text.length() && text.byteAt(at) != '"' && text.byteAt(at) != '\\') {
      at++;
    }
    token.wrap(text.buffer(), text.offset() + from, at - from);
    if (!take('"')) {
      return false;
    }
    skipBlanks();
    if (!take(':')) {
      return false;
    }
    skipBlanks();
    if (token.contentEquals(NO_WAIT)) {
      return flag();
    }
    for (int i = 0; i < NUMBER_NAMES.length; i++) {
      if (token.contentEquals(NUMBER_NAMES[i])) {
        return number(i);
      }
    }
    return false;
  }

  private boolean flag() {
    if (word(TRUE)) {
      isNoWait = true;
      return true;
    }
    isNoWait = false;
    return word(FALSE);
  }

  private boolean word(final byte[] word) {
    if (at + word.length > text.length()) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (text.byteAt(at + i) != word[i]) {
        return false;
      }
    }
    at += word.length;
    return true;
  }

  private boolean number(final int index) {
    final boolean isNegative = take('-');
    final int from = at;
    long value = 0;
    while (at < text.length() && text.byteAt(at) >= '0' && text.byteAt(at) <= '9') {
      value = value * 10 + text.byteAt(at) - '0';
      at++;
      if (at - from > DIGITS_MAX) {
        return false;
      }
    }
    numbers[index] = isNegative ? -value : value;
    return at > from;
  }

  private boolean take(final char c) {
    if (at < text.length() && text.byteAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private boolean isAtEnd() {
    skipBlanks();
    return at == text.length();
  }

  private void skipBlanks() {
    while (at < text.length() && text.byteAt(at) <= ' ') {
      at++;
    }
  }

  private void decodeTree(final JsonObject json) {
    for (int i = 0; i < NUMBER_NAMES.length; i++) {
      final String name = new String(NUMBER_NAMES[i], StandardCharsets.US_ASCII);
      numbers[i] =
          typed(
              json, name, Long.class, 0L, i == EXPIRES || i == HEARTBEAT ? "time.Duration" : "int");
    }
    isNoWait = typed(json, "no_wait", Boolean.class, Boolean.FALSE, "bool");
    group = typed(json, "group", String.class, "", "string");
    pinId = typed(json, "id", String.class, "", "string");
  }

  private static <T> T typed(
      final JsonObject json,
      final String name,
      final Class<T> type,
      final T otherwise,
      final String typeName) {
    final Object value = json.members().get(name);
    if (value == null) {
      return otherwise;
    }
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    final String kind =
        switch (value) {
          case String s -> "string";
          case Boolean b -> "bool";
          case java.util.List<?> l -> "array";
          case JsonObject o -> "object";
          default -> "number";
        };
    throw new JsonException(
        "json: cannot unmarshal "
            + kind
            + " into Go struct field ."
            + name
            + " of type "
            + typeName);
  }

  private static byte[][] names(final String... names) {
    final byte[][] all = new byte[names.length][];
    for (int i = 0; i < names.length; i++) {
      all[i] = ascii(names[i]);
    }
    return all;
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
