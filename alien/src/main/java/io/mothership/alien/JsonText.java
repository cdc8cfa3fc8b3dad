package io.mothership.alien;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON to and from plain maps, lists, strings, numbers and booleans. */
final class JsonText {

  private static final JsonFactory JSON = new JsonFactory();

  /** JSON that is already text and goes into a document as it is. */
  record Raw(String text) {}

  private JsonText() {}

  static byte[] write(final Map<String, ?> object) {
    final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      writeValue(generator, object);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Reads one JSON object; members whose value is null are left out. */
  static Map<String, Object> readObject(final byte[] text) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      final Map<String, Object> object = object(parser);
      if (parser.nextToken() != null) {
        throw new IOException("text after the JSON object");
      }
      return object;
    }
  }

  static String string(final Map<String, ?> object, final String name) {
    return object.get(name) instanceof String text ? text : "";
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> member(final Map<String, ?> object, final String name) {
    return object.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  private static void writeValue(final JsonGenerator out, final Object value) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Raw raw -> out.writeRawValue(raw.text());
      case String text -> out.writeString(text);
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Double number -> writeDouble(out, number);
      case Float number -> writeDouble(out, number.doubleValue());
      case Number number -> out.writeNumber(number.toString());
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (final Map.Entry<?, ?> entry : map.entrySet()) {
          out.writeFieldName(String.valueOf(entry.getKey()));
          writeValue(out, entry.getValue());
        }
        out.writeEndObject();
      }
      case Iterable<?> items -> {
        out.writeStartArray();
        for (final Object item : items) {
          writeValue(out, item);
        }
        out.writeEndArray();
      }
      default -> throw new IllegalArgumentException("no JSON form: " + value.getClass().getName());
    }
  }

  private static void writeDouble(final JsonGenerator out, final double number) throws IOException {
    if (Double.isFinite(number)) {
      out.writeNumber(number);
    } else {
      out.writeNull();
    }
  }

  private static Map<String, Object> object(final JsonParser parser) throws IOException {
    final Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      final String name = parser.currentName();
      parser.nextToken();
      if (parser.currentToken() != JsonToken.VALUE_NULL) {
        object.put(name, value(parser));
      }
    }
    return object;
  }

  private static Number number(final JsonParser parser) throws IOException {
    final Number number = parser.getNumberValue();
    if (Double.isInfinite(number.doubleValue())) {
      throw new IOException("a number is out of range");
    }
    return number;
  }

  private static Object value(final JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        final List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          if (parser.currentToken() != JsonToken.VALUE_NULL) {
            items.add(value(parser));
          }
        }
        yield items;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
      case VALUE_TRUE -> Boolean.TRUE;
      case VALUE_FALSE -> Boolean.FALSE;
      case null, default -> throw new IOException("unexpected end of JSON");
    };
  }
}
