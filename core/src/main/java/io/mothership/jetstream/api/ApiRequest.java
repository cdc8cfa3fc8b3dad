package io.mothership.jetstream.api;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.MessageView;
import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ApiException;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;

/**
 * A request to the JetStream API, copied out of its message.
 *
 * @param accountId whose streams it sees
 * @param scope what whoever asks may reach
 * @param operation the subject behind {@code $JS.API.}, e.g. {@code STREAM.INFO.ORDERS}
 * @param tokens the tokens of {@code operation}
 * @param reply where the answer goes; empty if nobody wants one
 * @param headers the header block or nothing
 * @param body the payload
 */
public record ApiRequest(
    int accountId,
    SubjectScope scope,
    String operation,
    String[] tokens,
    byte[] reply,
    byte[] headers,
    byte[] body) {

  public static ApiRequest of(
      final int accountId,
      final SubjectScope scope,
      final String operation,
      final MessageView message) {
    return new ApiRequest(
        accountId,
        scope,
        operation,
        SubjectPatterns.tokens(operation),
        message.reply().toByteArray(),
        message.headers().toByteArray(),
        message.payload().toByteArray());
  }

  boolean isBodyEmpty() {
    return body.length == 0;
  }

  /** The token at {@code index}, or nothing. */
  String token(final int index) {
    return index < tokens.length ? tokens[index] : "";
  }

  /** Everything from the token at {@code index} on, dots included, or nothing. */
  String tokensFrom(final int index) {
    if (index >= tokens.length) {
      return "";
    }
    return String.join(".", java.util.Arrays.copyOfRange(tokens, index, tokens.length));
  }

  /**
   * The body as JSON; an empty one is an empty object.
   *
   * @throws ApiException {@code INVALID_JSON}
   */
  JsonObject json() {
    if (isBodyEmpty()) {
      return JsonObject.EMPTY;
    }
    try {
      return JsonReader.parse(body);
    } catch (final JsonException e) {
      throw ApiErrors.INVALID_JSON.with(e.getMessage());
    }
  }
}
