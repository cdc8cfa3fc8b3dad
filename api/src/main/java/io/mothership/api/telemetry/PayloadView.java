package io.mothership.api.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mothership.json.JsonLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A payload looked at once: whether it is JSON, and which entity it names.
 *
 * @param json the payload as one line of JSON, empty if it is not exactly one JSON value in UTF-8
 * @param entityId the member {@code entity_id} of the object or of its {@code data}, or empty text
 */
record PayloadView(Optional<String> json, String entityId) {
  private static final String ENTITY_ID = "entity_id";
  private static final PayloadView NOT_JSON = new PayloadView(Optional.empty(), "");

  private static final JsonFactory FACTORY = JsonLimits.factory(JsonLimits.PAYLOAD_DEPTH_MAX);

  static PayloadView of(final byte[] payload) {
    final String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (final CharacterCodingException e) {
      return NOT_JSON;
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      return scan(parser)
          .map(entityId -> new PayloadView(Optional.of(oneLine(text)), entityId))
          .orElse(NOT_JSON);
    } catch (final IOException e) {
      return NOT_JSON;
    }
  }

  /**
   * Reads all tokens, so that the whole text is checked.
   *
   * @return the entity id, the outer one before the one below {@code data}; empty if the text is
   *     not one value
   */
  private static Optional<String> scan(final JsonParser parser) throws IOException {
    String outer = "";
    String inner = "";
    String parent = "";
    String name = "";
    int depth = 0;
    int values = 0;
    for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
      if (depth == 0) {
        values++;
      }
      if (token.isStructStart()) {
        parent = depth == 1 ? name : parent;
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.FIELD_NAME) {
        name = parser.currentName();
      } else if (token == JsonToken.VALUE_STRING && name.equals(ENTITY_ID)) {
        if (depth == 1) {
          outer = parser.getText();
        } else if (depth == 2 && parent.equals("data")) {
          inner = parser.getText();
        }
      }
    }
    return values == 1 ? Optional.of(outer.isEmpty() ? inner : outer) : Optional.empty();
  }

  /** Line breaks between tokens are only space; inside strings JSON has none. */
  private static String oneLine(final String text) {
    return text.replace('\n', ' ').replace('\r', ' ').strip();
  }
}
