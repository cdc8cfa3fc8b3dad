package io.mothership.transport.nats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mothership.frame.Slice;
import io.mothership.json.JsonLimits;
import java.io.IOException;
import java.util.Locale;

/**
 * What a client said in CONNECT. A later CONNECT changes only what it names, as nats-server does.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
final class ConnectOptions {
  private static final JsonFactory JSON = JsonLimits.factory(JsonLimits.DEPTH_MAX);

  private boolean isVerbose = true;
  private boolean isPedantic = true;
  private boolean isEcho = true;
  private boolean takesHeaders;
  private boolean wantsNoResponders;
  private boolean namesAccount;
  private int protocol;
  private String name = "";
  private String lang = "";
  private String version = "";
  private String user = "";
  private String pass = "";
  private String authToken = "";
  private String nkey = "";
  private String signature = "";

  boolean isVerbose() {
    return isVerbose;
  }

  boolean isPedantic() {
    return isPedantic;
  }

  boolean isEcho() {
    return isEcho;
  }

  boolean takesHeaders() {
    return takesHeaders;
  }

  boolean wantsNoResponders() {
    return wantsNoResponders;
  }

  /** Whether it asks for an account by name, which only other servers' set-ups know. */
  boolean namesAccount() {
    return namesAccount;
  }

  /** 1: the client takes INFO at any time. */
  int protocol() {
    return protocol;
  }

  String name() {
    return name;
  }

  String lang() {
    return lang;
  }

  String version() {
    return version;
  }

  String user() {
    return user;
  }

  String pass() {
    return pass;
  }

  String authToken() {
    return authToken;
  }

  /** Public NKey. */
  String nkey() {
    return nkey;
  }

  /** The nonce's signature by that key, in base64. */
  String signature() {
    return signature;
  }

  /**
   * Takes over what the JSON object says; false if it is not one, or has a field of the wrong type.
   */
  boolean parse(final Slice json) {
    try (JsonParser parser = JSON.createParser(json.toByteArray())) {
      final JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          final String field = parser.currentName().toLowerCase(Locale.ROOT);
          parser.nextToken();
          if (!take(field, parser)) {
            return false;
          }
        }
      } else if (first != JsonToken.VALUE_NULL) {
        return false;
      }
      return parser.nextToken() == null;
    } catch (final IOException e) {
      return false;
    }
  }

  private boolean take(final String field, final JsonParser parser) throws IOException {
    final JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_NULL) {
      return true;
    }
    switch (field) {
      case "verbose", "pedantic", "echo", "headers", "no_responders", "account_new" -> {
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
          return false;
        }
        takeFlag(field, token == JsonToken.VALUE_TRUE);
      }
      case "protocol" -> {
        if (token != JsonToken.VALUE_NUMBER_INT) {
          return false;
        }
        protocol = parser.getIntValue();
      }
      case "name", "lang", "version", "user", "pass", "auth_token", "nkey", "sig", "account" -> {
        if (token != JsonToken.VALUE_STRING) {
          return false;
        }
        takeText(field, parser.getText());
      }
      default -> parser.skipChildren();
    }
    return true;
  }

  private void takeFlag(final String field, final boolean value) {
    switch (field) {
      case "verbose" -> isVerbose = value;
      case "pedantic" -> isPedantic = value;
      case "echo" -> isEcho = value;
      case "headers" -> takesHeaders = value;
      case "no_responders" -> wantsNoResponders = value;
      default -> namesAccount |= value;
    }
  }

  private void takeText(final String field, final String value) {
    switch (field) {
      case "name" -> name = value;
      case "lang" -> lang = value;
      case "version" -> version = value;
      case "user" -> user = value;
      case "pass" -> pass = value;
      case "auth_token" -> authToken = value;
      case "nkey" -> nkey = value;
      case "sig" -> signature = value;
      default -> namesAccount |= !value.isEmpty();
    }
  }
}
