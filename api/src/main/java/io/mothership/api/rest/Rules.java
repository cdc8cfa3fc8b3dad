package io.mothership.api.rest;

import io.mothership.clock.Rfc3339;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * The rules that values of requests are held to. Messages say what, limit, actual; what a stranger
 * wrote is cut and escaped in them.
 */
public final class Rules {
  /** The code of whatever breaks one. */
  public static final String CODE = "VALIDATION";

  private static final int WORD_LENGTH_MAX = 64;
  private static final int ID_LENGTH_MAX = 128;
  private static final int URL_LENGTH_MAX = 2_048;
  private static final int NUMBER_LENGTH_MAX = 32;

  private Rules() {}

  /** Any text of so many characters, without control characters. */
  public static Rule<String> text(final int lengthMin, final int lengthMax) {
    return new Rule<>("", value -> text(value, lengthMin, lengthMax));
  }

  /** A text that somebody gives a name with: not only spaces. */
  public static Rule<String> name(final int lengthMax) {
    return new Rule<>(
        "",
        value -> {
          final String text = text(value, 1, lengthMax);
          if (text.isBlank()) {
            throw new BrokenRule("must not be blank");
          }
          return text;
        });
  }

  /** A word of an open vocabulary. */
  public static Rule<String> word() {
    return text(1, WORD_LENGTH_MAX);
  }

  /** An id as subjects and paths can bear it. */
  public static Rule<String> id() {
    return new Rule<>(
        "",
        value -> {
          final String text = text(value, 1, ID_LENGTH_MAX);
          if (!isOf(text, c -> isLetterOrDigit(c) || c == '-' || c == '_')) {
            throw new BrokenRule(
                "has other characters than letters, digits, '-' and '_': actual="
                    + Quoted.of(text));
          }
          return text;
        });
  }

  /** One of a closed list of values, as {@code word} writes them. */
  public static <E> Rule<E> oneOf(final List<E> values, final Function<E, String> word) {
    final Map<String, E> byWord = new LinkedHashMap<>();
    values.forEach(value -> byWord.put(word.apply(value), value));
    return new Rule<>(
        values.getFirst(),
        value -> {
          final E found = byWord.get(text(value, 0, Integer.MAX_VALUE));
          if (found == null) {
            throw new BrokenRule(
                "must be one of %s: actual=%s"
                    .formatted(String.join("|", byWord.keySet()), shown(value)));
          }
          return found;
        });
  }

  /** One of an enum's constants, in lower case. */
  public static <E extends Enum<E>> Rule<E> oneOf(final Class<E> type) {
    return oneOf(
        List.of(type.getEnumConstants()), constant -> constant.name().toLowerCase(Locale.ROOT));
  }

  public static Rule<Double> number(final double min, final double max) {
    return new Rule<>(
        0.0,
        Rules::lifted,
        value -> {
          final double number = number(value).toDouble();
          if (!(number >= min && number <= max)) {
            throw outOfRange(plain(min), plain(max), number(value).digits());
          }
          return number;
        });
  }

  public static Rule<Long> integer(final long min, final long max) {
    return new Rule<>(
        min,
        Rules::lifted,
        value -> {
          final String digits = number(value).digits();
          final long number;
          try {
            number = Long.parseLong(digits);
          } catch (final NumberFormatException e) {
            if (isOf(digits, c -> c == '-' || c >= '0' && c <= '9')) {
              throw outOfRange(Long.toString(min), Long.toString(max), digits);
            }
            throw new BrokenRule("must be a whole number: actual=" + Quoted.of(digits));
          }
          if (number < min || number > max) {
            throw outOfRange(Long.toString(min), Long.toString(max), digits);
          }
          return number;
        });
  }

  public static Rule<Boolean> flag() {
    return new Rule<>(
        false,
        text ->
            switch (text) {
              case "true", "1" -> new JsonValue.Flag(true);
              case "false", "0" -> new JsonValue.Flag(false);
              default -> new JsonValue.Text(text);
            },
        value -> {
          if (value instanceof JsonValue.Flag(final boolean flag)) {
            return flag;
          }
          throw wrongType("bool", value);
        });
  }

  /** An RFC 3339 time; without a zone it is UTC. */
  public static Rule<Instant> time() {
    return new Rule<>(
        Instant.EPOCH,
        // A '+' that was not escaped arrives as a space.
        text -> new JsonValue.Text(text.replace(' ', '+')),
        value -> {
          final String text = text(value, 0, WORD_LENGTH_MAX);
          try {
            return Rfc3339.parse(text);
          } catch (final DateTimeException e) {
            throw new BrokenRule("is not an RFC 3339 time: actual=" + Quoted.of(text));
          }
        });
  }

  /** An absolute URL with a host, of one of these schemes, without a name and password in it. */
  public static Rule<URI> url(final List<String> schemes) {
    return new Rule<>(
        URI.create(""),
        value -> {
          final String text = text(value, 1, URL_LENGTH_MAX);
          final URI url;
          try {
            url = new URI(text);
          } catch (final URISyntaxException e) {
            throw new BrokenRule("is not a URL: actual=" + Quoted.of(text));
          }
          final String scheme = url.getScheme() == null ? "" : url.getScheme();
          if (!schemes.contains(scheme.toLowerCase(Locale.ROOT)) || url.getHost() == null) {
            throw new BrokenRule(
                "must begin with %s and a host: actual=%s"
                    .formatted(
                        schemes.stream().map(s -> s + "://").collect(Collectors.joining(" or ")),
                        Quoted.of(text)));
          }
          if (url.getRawUserInfo() != null) {
            throw new BrokenRule("must not have a name and password in it");
          }
          return url;
        });
  }

  /** A list whose items keep to a rule; in a query they stand between commas. */
  public static <T> Rule<List<T>> list(final Rule<T> rule, final int countMin, final int countMax) {
    return new Rule<>(
        List.of(),
        text ->
            new JsonValue.Items(List.of(text.split(",", -1)).stream().map(Rules::item).toList()),
        value -> {
          if (!(value instanceof JsonValue.Items(final List<JsonValue> values))) {
            throw wrongType("array", value);
          }
          requireCount(values.size(), countMin, countMax);
          final List<T> read = new ArrayList<>(values.size());
          for (int i = 0; i < values.size(); i++) {
            try {
              read.add(rule.read(values.get(i)));
            } catch (final BrokenRule e) {
              throw e.within("[" + i + "]");
            }
          }
          return Collections.unmodifiableList(read);
        });
  }

  private static JsonValue item(final String text) {
    return new JsonValue.Text(text.strip());
  }

  /** An object whose values keep to a rule, by name. */
  public static <T> Rule<Map<String, T>> map(
      final Rule<T> rule, final int countMax, final int nameLengthMax) {
    return new Rule<>(
        Map.of(),
        value -> {
          if (!(value instanceof final JsonValue.Members object)) {
            throw wrongType("object", value);
          }
          requireCount(object.members().size(), 0, countMax);
          final Map<String, T> read = new LinkedHashMap<>();
          for (final JsonValue.Member member : object.members()) {
            try {
              text(new JsonValue.Text(member.name()), 1, nameLengthMax);
              read.put(member.name(), rule.read(member.value()));
            } catch (final BrokenRule e) {
              throw e.within("." + Quoted.of(member.name()));
            }
          }
          return Collections.unmodifiableMap(read);
        });
  }

  /** Any JSON, as the text that is kept. */
  public static Rule<String> document(final int bytesMax) {
    return new Rule<>(
        "{}",
        value -> {
          final byte[] text = new JsonWriter().value(value).toBytes();
          if (text.length > bytesMax) {
            throw tooLong(bytesMax, text.length);
          }
          return new String(text, StandardCharsets.UTF_8);
        });
  }

  /** A JSON object, as the text that is kept. */
  public static Rule<String> object(final int bytesMax) {
    final Rule<String> any = document(bytesMax);
    return new Rule<>(
        "{}",
        value -> {
          if (value instanceof JsonValue.Members) {
            return any.read(value);
          }
          throw wrongType("object", value);
        });
  }

  static BrokenRule wrongType(final String wanted, final JsonValue actual) {
    return new BrokenRule(
        "has the wrong type: wanted=%s, actual=%s".formatted(wanted, actual.kind()));
  }

  static void requireCount(final int count, final int min, final int max) throws BrokenRule {
    if (count < min || count > max) {
      throw new BrokenRule(
          "has the wrong number of items: min=%d, max=%d, actual=%d".formatted(min, max, count));
    }
  }

  private static String text(final JsonValue value, final int lengthMin, final int lengthMax)
      throws BrokenRule {
    if (!(value instanceof JsonValue.Text(final String text))) {
      throw wrongType("string", value);
    }
    final int length = text.codePointCount(0, text.length());
    if (length > lengthMax) {
      throw tooLong(lengthMax, length);
    }
    if (length < lengthMin) {
      throw length == 0
          ? new BrokenRule("is required")
          : new BrokenRule("too short: min=%d, actual=%d".formatted(lengthMin, length));
    }
    if (!isOf(text, c -> !Character.isISOControl(c))) {
      throw new BrokenRule("contains control characters");
    }
    return text;
  }

  private static JsonValue.Literal number(final JsonValue value) throws BrokenRule {
    if (value instanceof final JsonValue.Literal literal) {
      return literal;
    }
    if (value instanceof JsonValue.Text) {
      throw new BrokenRule("must be a number: actual=" + shown(value));
    }
    throw wrongType("number", value);
  }

  /** A query has no types: what looks like a number is one. */
  private static JsonValue lifted(final String text) {
    boolean hasDigit = false;
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      hasDigit |= c >= '0' && c <= '9';
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        return new JsonValue.Text(text);
      }
    }
    if (!hasDigit || text.length() > NUMBER_LENGTH_MAX) {
      return new JsonValue.Text(text);
    }
    try {
      Double.parseDouble(text);
      return new JsonValue.Literal(text);
    } catch (final NumberFormatException e) {
      return new JsonValue.Text(text);
    }
  }

  private static String shown(final JsonValue value) {
    return value instanceof JsonValue.Text(final String text) ? Quoted.of(text) : value.kind();
  }

  private static BrokenRule tooLong(final int max, final int actual) {
    return new BrokenRule("too long: max=%d, actual=%d".formatted(max, actual));
  }

  private static BrokenRule outOfRange(final String min, final String max, final String actual) {
    return new BrokenRule(
        "out of range: min=%s, max=%s, actual=%s".formatted(min, max, Quoted.of(actual)));
  }

  private static String plain(final double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static boolean isLetterOrDigit(final int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }

  private static boolean isOf(final String text, final IntPredicate allowed) {
    for (int i = 0; i < text.length(); i++) {
      if (!allowed.test(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
