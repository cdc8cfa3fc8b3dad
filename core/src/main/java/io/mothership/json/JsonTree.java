package io.mothership.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Reads JSON text into a {@link JsonValue}. */
public final class JsonTree {
  private static final JsonFactory FACTORY = JsonLimits.factory(JsonLimits.DEPTH_MAX);

  private JsonTree() {}

  /** Reads the first value in {@code text}; like the contract's server, does not look behind it. */
  public static JsonValue parse(final byte[] text) throws JsonSyntaxException {
    return parse(text, JsonSyntax.check(text, JsonLimits.DEPTH_MAX));
  }

  /** Reads the one value that {@code text} is. */
  public static JsonValue parseWhole(final byte[] text) throws JsonSyntaxException {
    final int end = JsonSyntax.check(text, JsonLimits.DEPTH_MAX);
    JsonSyntax.checkEnd(text, end);
    return parse(text, end);
  }

  private static JsonValue parse(final byte[] text, final int end) throws JsonSyntaxException {
    final String characters = decode(text, end);
    try (JsonParser parser = FACTORY.createParser(characters)) {
      return value(parser, parser.nextToken());
    } catch (final StreamReadException e) {
      throw new JsonSyntaxException(e.getOriginalMessage(), (int) e.getLocation().getCharOffset());
    } catch (final IOException e) {
      throw new JsonSyntaxException("unreadable JSON", 0);
    }
  }

  private static String decode(final byte[] text, final int end) throws JsonSyntaxException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, 0, end)).toString();
    } catch (final CharacterCodingException e) {
      throw new JsonSyntaxException("invalid UTF-8 in JSON text", 0);
    }
  }

  private static JsonValue value(final JsonParser parser, final JsonToken token)
      throws IOException {
    return switch (token) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> new JsonValue.Text(wellFormed(parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonValue.Literal(parser.getText());
      case VALUE_TRUE -> new JsonValue.Flag(true);
      case VALUE_FALSE -> new JsonValue.Flag(false);
      default -> new JsonValue.Nothing();
    };
  }

  private static JsonValue object(final JsonParser parser) throws IOException {
    final List<JsonValue.Member> members = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      final String name = wellFormed(parser.currentName());
      members.add(new JsonValue.Member(name, value(parser, parser.nextToken())));
    }
    return new JsonValue.Members(Collections.unmodifiableList(members));
  }

  private static JsonValue array(final JsonParser parser) throws IOException {
    final List<JsonValue> values = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      values.add(value(parser, token));
    }
    return new JsonValue.Items(Collections.unmodifiableList(values));
  }

  /** Half a surrogate pair can be escaped in JSON but not written in UTF-8. */
  private static String wellFormed(final String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
      }
    }
    return text;
  }
}
