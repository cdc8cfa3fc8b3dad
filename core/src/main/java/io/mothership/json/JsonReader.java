package io.mothership.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses JSON text into a {@link JsonObject}, bounded in depth and length. Any thread. */
public final class JsonReader {
  private static final JsonFactory FACTORY = JsonLimits.factory(JsonLimits.DEPTH_MAX);

  private JsonReader() {}

  /** Reads one object and nothing after it. */
  public static JsonObject parse(final byte[] text) {
    if (text.length > JsonLimits.TEXT_BYTES_MAX) {
      throw new JsonException(
          "text too long: max=" + JsonLimits.TEXT_BYTES_MAX + ", actual=" + text.length);
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      final JsonToken first = parser.nextToken();
      if (first == null) {
        throw new JsonException("unexpected EOF");
      }
      if (first != JsonToken.START_OBJECT) {
        throw new JsonException("json: cannot unmarshal " + kind(first) + " into an object");
      }
      final JsonObject object = object(parser);
      if (parser.nextToken() != null) {
        throw new JsonException("invalid character after top-level value");
      }
      return object;
    } catch (final JsonEOFException e) {
      throw new JsonException("unexpected EOF");
    } catch (final StreamReadException e) {
      throw new JsonException(e.getOriginalMessage());
    } catch (final IOException e) {
      throw new JsonException("invalid text");
    }
  }

  private static JsonObject object(final JsonParser parser) throws IOException {
    final Map<String, Object> members = new LinkedHashMap<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_OBJECT;
        token = parser.nextToken()) {
      final String name = parser.currentName();
      final JsonToken valueToken = parser.nextToken();
      if (valueToken == JsonToken.VALUE_NULL) {
        members.remove(name);
      } else {
        members.put(name, value(parser, valueToken));
      }
    }
    return new JsonObject(members);
  }

  private static List<Object> array(final JsonParser parser) throws IOException {
    final List<Object> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(token == JsonToken.VALUE_NULL ? "" : value(parser, token));
    }
    return Collections.unmodifiableList(items);
  }

  private static Object value(final JsonParser parser, final JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      default -> throw new JsonException("unexpected EOF");
    };
  }

  private static String kind(final JsonToken token) {
    return switch (token) {
      case START_ARRAY -> "array";
      case VALUE_STRING -> "string";
      case VALUE_TRUE, VALUE_FALSE -> "bool";
      case VALUE_NULL -> "null";
      default -> "number";
    };
  }
}
