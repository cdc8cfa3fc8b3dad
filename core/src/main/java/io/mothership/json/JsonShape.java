package io.mothership.json;

import io.avaje.json.JsonAdapter;
import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.mothership.clock.Rfc3339;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The JSON of a record type, through an adapter that the compiler generates from {@code @Json}. An
 * empty {@code Optional} is left out, an empty list or map is not; times are RFC 3339 in UTC.
 *
 * <p>What is read is bounded as all JSON is. Members that the record does not have are passed over;
 * one that the text does not have is null, 0, false or an empty {@code Optional}: the record's
 * constructor decides what that means.
 *
 * <p>Any thread; allocates.
 */
public final class JsonShape<T> {
  private static final int QUOTE_MAX = 120;
  private static final Jsonb JSONB =
      Jsonb.builder()
          .serializeNulls(false)
          .serializeEmpty(true)
          .add(Instant.class, new TimeAdapter())
          .add(int.class, new IntAdapter())
          .add(Integer.class, new IntAdapter())
          .build();

  private final JsonType<T> type;

  private JsonShape(final JsonType<T> type) {
    this.type = type;
  }

  /** Of a record that is marked {@code @Json}. */
  public static <T> JsonShape<T> of(final Class<T> record) {
    return new JsonShape<>(JSONB.type(record));
  }

  public String text(final T value) {
    return type.toJson(value);
  }

  public byte[] bytes(final T value) {
    return type.toJsonBytes(value);
  }

  /**
   * @throws JsonException if the text is not one JSON object of this type within the bounds; the
   *     message is fit for clients
   */
  public T read(final byte[] text) {
    if (text.length > JsonLimits.TEXT_BYTES_MAX) {
      throw new JsonException(
          "text too long: max=" + JsonLimits.TEXT_BYTES_MAX + ", actual=" + text.length);
    }
    try {
      final int end = JsonSyntax.check(text, JsonLimits.DEPTH_MAX);
      if (!new String(text, end, text.length - end, StandardCharsets.US_ASCII).isBlank()) {
        throw new JsonException("text behind the JSON value");
      }
      return type.fromJson(text);
    } catch (final JsonSyntaxException e) {
      throw new JsonException(e.getMessage());
    } catch (final JsonException e) {
      throw e;
    } catch (final RuntimeException e) {
      throw new JsonException(harmless(String.valueOf(e.getMessage())));
    }
  }

  public T read(final String text) {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The adapters quote what they read. */
  private static String harmless(final String message) {
    final StringBuilder text = new StringBuilder();
    for (int i = 0; i < message.length() && text.length() < QUOTE_MAX; i++) {
      final char c = message.charAt(i);
      text.append(c < 0x20 || c >= 0x7F ? "\\u%04x".formatted((int) c) : String.valueOf(c));
    }
    return text.toString();
  }

  /** The library's own takes what does not fit and answers something else. */
  private static final class IntAdapter implements JsonAdapter<Integer> {
    @Override
    public void toJson(final JsonWriter writer, final Integer value) {
      writer.value(value);
    }

    @Override
    public Integer fromJson(final JsonReader reader) {
      return Math.toIntExact(reader.readLong());
    }
  }

  private static final class TimeAdapter implements JsonAdapter<Instant> {
    @Override
    public void toJson(final JsonWriter writer, final Instant value) {
      writer.value(Rfc3339.text(value));
    }

    @Override
    public Instant fromJson(final JsonReader reader) {
      return Rfc3339.parse(reader.readString());
    }
  }
}
