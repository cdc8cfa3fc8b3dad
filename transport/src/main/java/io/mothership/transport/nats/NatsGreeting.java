package io.mothership.transport.nats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Writes INFO lines.
 *
 * <p><i>Thread:</i> any, immutable.
 */
final class NatsGreeting {
  /** API level of the release that INFO names. */
  private static final int API_LEVEL = 5;

  private static final byte[] START = "INFO ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = " \r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String ACCOUNT = "$G";
  private static final JsonFactory JSON = new JsonFactory();

  private final NatsConfig config;
  private final String serverId;

  NatsGreeting(final NatsConfig config, final String serverId) {
    this.config = config;
    this.serverId = serverId;
  }

  /** When it is sent. */
  enum Occasion {
    /** First line of a connection. */
    HELLO,
    /** Behind the first PONG. */
    CONNECTED,
    /** The server is about to go. */
    LAME_DUCK
  }

  /** {@code nonce} is empty if there is nothing to sign. */
  byte[] line(
      final Occasion occasion,
      final long clientId,
      final String clientIp,
      final int port,
      final String nonce) {
    final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    line.writeBytes(START);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("server_id", serverId);
      json.writeStringField(
          "server_name", config.serverName().isEmpty() ? serverId : config.serverName());
      json.writeStringField("version", config.version());
      json.writeNumberField("proto", 1);
      json.writeStringField("go", "java" + Runtime.version().feature());
      json.writeStringField("host", config.host());
      json.writeNumberField("port", port);
      json.writeBooleanField("headers", true);
      if (config.logins().isRequired()) {
        json.writeBooleanField("auth_required", true);
      }
      if (config.tls().isPresent()) {
        json.writeBooleanField("tls_required", true);
        json.writeBooleanField("tls_available", true);
      }
      json.writeNumberField("max_payload", config.payloadBytesMax());
      if (config.hasJetStream()) {
        json.writeBooleanField("jetstream", true);
      }
      json.writeNumberField("client_id", clientId);
      json.writeStringField("client_ip", clientIp);
      if (!nonce.isEmpty()) {
        json.writeStringField("nonce", nonce);
      }
      if (!config.connectUrls().isEmpty()) {
        json.writeArrayFieldStart("connect_urls");
        for (final String url : config.connectUrls()) {
          json.writeString(url);
        }
        json.writeEndArray();
      }
      if (occasion == Occasion.LAME_DUCK) {
        json.writeBooleanField("ldm", true);
      }
      if (!config.domain().isEmpty()) {
        json.writeStringField("domain", config.domain());
      }
      if (occasion == Occasion.CONNECTED) {
        json.writeBooleanField("connect_info", true);
        json.writeStringField("remote_account", ACCOUNT);
      }
      json.writeNumberField("api_lvl", API_LEVEL);
      json.writeEndObject();
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    line.writeBytes(END);
    return line.toByteArray();
  }
}
