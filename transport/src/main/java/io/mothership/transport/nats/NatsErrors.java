package io.mothership.transport.nats;

import java.nio.charset.StandardCharsets;
import org.slf4j.event.Level;

/**
 * Every way in which this head refuses something or ends a connection: what goes on the wire, the
 * stable code for logs and counters, whether the connection lives on, and how loud it is logged.
 */
public enum NatsErrors {
  UNKNOWN_OPERATION("Unknown Protocol Operation", Fate.CLOSE, Level.INFO),
  MALFORMED_OPERATION("", Fate.CLOSE, Level.INFO),
  MALFORMED_CONNECT("", Fate.CLOSE, Level.INFO),
  HEADERS_NOT_NEGOTIATED("", Fate.CLOSE, Level.INFO),
  CLIENT_REPORTED_ERROR("", Fate.CLOSE, Level.INFO),
  CONTROL_LINE_EXCEEDED("maximum control line exceeded", Fate.CLOSE, Level.WARN),
  PAYLOAD_EXCEEDED("Maximum Payload Violation", Fate.CLOSE, Level.WARN),
  CLIENT_MEMORY_EXCEEDED("maximum client memory exceeded for this server", Fate.CLOSE, Level.WARN),
  BAD_CLIENT_PROTOCOL("invalid client protocol", Fate.CLOSE, Level.INFO),
  NO_RESPONDERS_WITHOUT_HEADERS("no responders requires headers support", Fate.CLOSE, Level.INFO),
  AUTHORIZATION_VIOLATION("Authorization Violation", Fate.CLOSE, Level.WARN),
  AUTHENTICATION_TIMEOUT("Authentication Timeout", Fate.CLOSE, Level.INFO),
  TLS_FAILED("", Fate.CLOSE, Level.INFO),
  CONNECTIONS_EXCEEDED("maximum connections exceeded", Fate.CLOSE, Level.WARN),
  STALE_CONNECTION("Stale Connection", Fate.CLOSE, Level.INFO),
  SLOW_CONSUMER("Slow Consumer", Fate.CLOSE, Level.WARN),
  WRITE_DEADLINE_EXCEEDED("", Fate.CLOSE, Level.WARN),
  SERVER_SHUTDOWN("", Fate.CLOSE, Level.DEBUG),
  TRANSPORT_FAILED("", Fate.CLOSE, Level.DEBUG),
  INTERNAL("", Fate.CLOSE, Level.ERROR),
  INVALID_SUBJECT("Invalid Subject", Fate.STAY, Level.DEBUG),
  INVALID_PUBLISH_SUBJECT("Invalid Publish Subject", Fate.STAY, Level.DEBUG),
  SUBSCRIPTIONS_EXCEEDED("maximum subscriptions exceeded", Fate.STAY, Level.WARN),
  SUBSCRIPTION_MEMORY_EXCEEDED(
      "maximum subscriptions exceeded for this server", Fate.STAY, Level.WARN),
  PUBLISH_DENIED("Permissions Violation for Publish to ", Fate.STAY, Level.WARN),
  REPLY_DENIED("Permissions Violation for Publish with Reply of ", Fate.STAY, Level.WARN),
  SUBSCRIPTION_DENIED("Permissions Violation for Subscription to ", Fate.STAY, Level.WARN);

  /** What becomes of the connection. */
  public enum Fate {
    STAY,
    CLOSE
  }

  private final String text;
  private final Fate fate;
  private final Level level;
  private final byte[] line;

  NatsErrors(final String text, final Fate fate, final Level level) {
    this.text = text;
    this.fate = fate;
    this.level = level;
    this.line = text.isEmpty() ? new byte[0] : line(text);
  }

  /**
   * What stands between the quotes of {@code -ERR '…'}; empty: the connection ends without a word.
   */
  public String text() {
    return text;
  }

  public Fate fate() {
    return fate;
  }

  public Level level() {
    return level;
  }

  /** The protocol line, or nothing. */
  byte[] line() {
    return line;
  }

  /** The protocol line of an error that names something after its text. */
  byte[] line(final GoText named) {
    return line(text + named);
  }

  private static byte[] line(final String words) {
    return ("-ERR '" + words + "'\r\n").getBytes(StandardCharsets.UTF_8);
  }
}
