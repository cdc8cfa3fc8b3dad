package io.mothership.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.Locale;
import java.util.Map;

/**
 * Writes JSON text, escaping {@code < > &} as nats-server does. One use each: {@code object()},
 * members, {@code end()}, {@link #bytes}.
 */
public final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  static {
    FACTORY.setCharacterEscapes(new HtmlSafeEscapes());
  }

  private final JsonOutput out = new JsonOutput(FACTORY, 512);

  /** Begins an object as a value of its own or as an item of an array. */
  public JsonText object() {
    return write(JsonGenerator::writeStartObject);
  }

  public JsonText object(final String name) {
    return write(g -> g.writeObjectFieldStart(name));
  }

  public JsonText end() {
    return write(JsonGenerator::writeEndObject);
  }

  public JsonText array(final String name) {
    return write(g -> g.writeArrayFieldStart(name));
  }

  public JsonText endArray() {
    return write(JsonGenerator::writeEndArray);
  }

  public JsonText item(final String value) {
    return write(g -> g.writeString(value));
  }

  public JsonText item(final long value) {
    return write(g -> g.writeNumber(value));
  }

  public JsonText member(final String name, final String value) {
    return write(g -> g.writeStringField(name, value));
  }

  public JsonText member(final String name, final long value) {
    return write(g -> g.writeNumberField(name, value));
  }

  public JsonText member(final String name, final boolean value) {
    return write(g -> g.writeBooleanField(name, value));
  }

  /** A member that is {@code null}. */
  public JsonText nil(final String name) {
    return write(g -> g.writeNullField(name));
  }

  /** Bytes as standard base64 text. */
  public JsonText base64(final String name, final byte[] value) {
    return write(
        g -> {
          g.writeFieldName(name);
          g.writeBinary(value);
        });
  }

  /** Left out if empty. */
  public JsonText memberIfAny(final String name, final String value) {
    return value.isEmpty() ? this : member(name, value);
  }

  /** Left out if zero. */
  public JsonText memberIfAny(final String name, final long value) {
    return value == 0 ? this : member(name, value);
  }

  /** Left out if false. */
  public JsonText memberIfAny(final String name, final boolean value) {
    return value ? member(name, true) : this;
  }

  /** Left out if empty. */
  public JsonText strings(final String name, final Iterable<String> values) {
    if (!values.iterator().hasNext()) {
      return this;
    }
    array(name);
    values.forEach(this::item);
    return endArray();
  }

  /** An object of strings in the given order; left out if empty. */
  public JsonText stringMap(final String name, final Map<String, String> values) {
    if (values.isEmpty()) {
      return this;
    }
    object(name);
    values.forEach(this::member);
    return end();
  }

  /** A parsed value written back as it was. */
  public JsonText value(final String name, final Object value) {
    write(g -> g.writeFieldName(name));
    return value(value);
  }

  private JsonText value(final Object value) {
    switch (value) {
      case String text -> item(text);
      case Long number -> item(number);
      case Double number -> write(g -> g.writeNumber(number));
      case Boolean flag -> write(g -> g.writeBoolean(flag));
      case JsonObject object -> {
        object();
        object.members().forEach(this::value);
        end();
      }
      case Iterable<?> items -> {
        write(JsonGenerator::writeStartArray);
        items.forEach(this::value);
        endArray();
      }
      default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
    return this;
  }

  /** The finished text in UTF-8. */
  public byte[] bytes() {
    return out.bytes();
  }

  private JsonText write(final JsonOutput.Step step) {
    out.write(step);
    return this;
  }

  private static final class HtmlSafeEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private final int[] ascii = CharacterEscapes.standardAsciiEscapesForJSON();

    HtmlSafeEscapes() {
      for (int c = 0; c < 0x20; c++) {
        if (ascii[c] < 0) {
          ascii[c] = ESCAPE_CUSTOM;
        }
      }
      ascii['<'] = ESCAPE_CUSTOM;
      ascii['>'] = ESCAPE_CUSTOM;
      ascii['&'] = ESCAPE_CUSTOM;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ascii;
    }

    @Override
    public SerializableString getEscapeSequence(final int c) {
      return c < 0x80 || c == 0x2028 || c == 0x2029
          ? new SerializedString(String.format(Locale.ROOT, "\\u%04x", c))
          : null;
    }
  }
}
