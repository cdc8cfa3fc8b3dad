package io.mothership.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes one JSON text into memory. One thread, one text. */
public final class JsonWriter {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();
  private static final double WHOLE_MAX = 1e15;

  private final JsonOutput out;

  public JsonWriter() {
    this(256);
  }

  public JsonWriter(final int expectedLength) {
    out = new JsonOutput(FACTORY, expectedLength);
  }

  /** With line breaks and spaces, for people; said before anything is written. */
  public JsonWriter indented() {
    return write(JsonGenerator::useDefaultPrettyPrinter);
  }

  public JsonWriter beginObject() {
    return write(JsonGenerator::writeStartObject);
  }

  public JsonWriter endObject() {
    return write(JsonGenerator::writeEndObject);
  }

  public JsonWriter beginArray() {
    return write(JsonGenerator::writeStartArray);
  }

  public JsonWriter endArray() {
    return write(JsonGenerator::writeEndArray);
  }

  public JsonWriter name(final String name) {
    return write(made -> made.writeFieldName(name));
  }

  public JsonWriter text(final String name, final String value) {
    return write(made -> made.writeStringField(name, value));
  }

  public JsonWriter number(final String name, final long value) {
    return write(made -> made.writeNumberField(name, value));
  }

  /** Whole numbers without a fraction. */
  public JsonWriter number(final String name, final double value) {
    if (value == Math.rint(value) && Math.abs(value) < WHOLE_MAX) {
      return number(name, (long) value);
    }
    return write(made -> made.writeNumberField(name, value));
  }

  public JsonWriter flag(final String name, final boolean value) {
    return write(made -> made.writeBooleanField(name, value));
  }

  public JsonWriter value(final JsonValue value) {
    return write(made -> write(made, value));
  }

  /** Text that is known to be JSON, as the value of what was named last. */
  public JsonWriter raw(final String json) {
    return write(made -> made.writeRawValue(json));
  }

  public byte[] toBytes() {
    return out.bytes();
  }

  @Override
  public String toString() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }

  private static void write(final JsonGenerator made, final JsonValue value) throws IOException {
    switch (value) {
      case JsonValue.Text(final String text) -> made.writeString(text);
      case JsonValue.Literal(final String digits) -> made.writeNumber(digits);
      case JsonValue.Flag(final boolean flag) -> made.writeBoolean(flag);
      case JsonValue.Nothing() -> made.writeNull();
      case JsonValue.Items items -> {
        made.writeStartArray();
        for (final JsonValue item : items.values()) {
          write(made, item);
        }
        made.writeEndArray();
      }
      case JsonValue.Members object -> {
        made.writeStartObject();
        for (final JsonValue.Member member : object.members()) {
          made.writeFieldName(member.name());
          write(made, member.value());
        }
        made.writeEndObject();
      }
    }
  }

  private JsonWriter write(final JsonOutput.Step step) {
    out.write(step);
    return this;
  }
}
