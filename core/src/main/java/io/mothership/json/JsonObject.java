package io.mothership.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An immutable JSON object. Values are {@code String}, {@code Long}, {@code Double}, {@code
 * Boolean}, {@code List<Object>} or {@code JsonObject}; a member that is {@code null} counts as
 * absent.
 *
 * <p>The typed accessors throw {@link JsonException} if the member is of another type.
 */
public final class JsonObject {
  public static final JsonObject EMPTY = new JsonObject(Map.of());

  private final Map<String, Object> members;

  JsonObject(final Map<String, Object> members) {
    this.members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  public boolean has(final String name) {
    return members.containsKey(name);
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }

  /** All members in the order of the text. */
  public Map<String, Object> members() {
    return members;
  }

  public String string(final String name, final String otherwise) {
    final Object value = members.get(name);
    return switch (value) {
      case null -> otherwise;
      case String text -> text;
      default -> throw wrongType(name, value, "string");
    };
  }

  public long number(final String name, final long otherwise) {
    final Object value = members.get(name);
    return switch (value) {
      case null -> otherwise;
      case Long number -> number;
      default -> throw wrongType(name, value, "int64");
    };
  }

  /** A whole number that is not negative. */
  public long count(final String name, final long otherwise) {
    final long value = number(name, otherwise);
    if (value < 0 && value != otherwise) {
      throw new JsonException(
          "json: cannot unmarshal number " + value + " into " + name + " of type uint64");
    }
    return value;
  }

  public boolean bool(final String name, final boolean otherwise) {
    final Object value = members.get(name);
    return switch (value) {
      case null -> otherwise;
      case Boolean flag -> flag;
      default -> throw wrongType(name, value, "bool");
    };
  }

  /** The object named so, or {@link #EMPTY}. */
  public JsonObject object(final String name) {
    final Object value = members.get(name);
    return switch (value) {
      case null -> EMPTY;
      case JsonObject object -> object;
      default -> throw wrongType(name, value, "object");
    };
  }

  /** The array named so, or an empty list. */
  @SuppressWarnings("unchecked")
  public List<Object> array(final String name) {
    final Object value = members.get(name);
    return switch (value) {
      case null -> List.of();
      case List<?> list -> (List<Object>) list;
      default -> throw wrongType(name, value, "array");
    };
  }

  public List<String> strings(final String name) {
    return array(name).stream()
        .map(
            item -> {
              if (item instanceof String text) {
                return text;
              }
              throw wrongType(name, item, "string");
            })
        .toList();
  }

  public List<Long> numbers(final String name) {
    return array(name).stream()
        .map(
            item -> {
              if (item instanceof Long number) {
                return number;
              }
              throw wrongType(name, item, "int64");
            })
        .toList();
  }

  /** The members of the object named so, all of them strings. */
  public Map<String, String> stringMap(final String name) {
    final Map<String, String> map = new LinkedHashMap<>();
    object(name)
        .members()
        .forEach(
            (key, value) -> {
              if (value instanceof String text) {
                map.put(key, text);
              } else {
                throw wrongType(name + "." + key, value, "string");
              }
            });
    return Collections.unmodifiableMap(map);
  }

  private static JsonException wrongType(
      final String name, final Object value, final String wanted) {
    final String kind =
        switch (value) {
          case String s -> "string";
          case Boolean b -> "bool";
          case List<?> l -> "array";
          case JsonObject o -> "object";
          case null, default -> "number";
        };
    return new JsonException(
        "json: cannot unmarshal " + kind + " into field " + name + " of type " + wanted);
  }
}
