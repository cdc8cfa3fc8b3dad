package io.mothership.config;

import io.mothership.bus.Ingress;
import java.util.List;

/** Bounds that are not configurable, and how configured limits must relate to each other. */
public final class Limits {
  /** Longest payload that can be configured. */
  public static final long PAYLOAD_BYTES_MAX = 64L << 20;

  /** The token everybody knows. */
  public static final String DEFAULT_TOKEN = "constellation-dev-token";

  /** What a record may hold besides the payload. */
  private static final long LONGEST_REST = 128 * 1024;

  static final long DAY_NS = 86_400_000_000_000L;

  private Limits() {}

  static void check(final MothershipConfig config, final ConfigProblems problems) {
    final long payload = config.number(NatsKeys.MAX_PAYLOAD);
    require(
        payload <= config.number(NatsKeys.MAX_PENDING),
        problems,
        config,
        NatsKeys.MAX_PAYLOAD,
        "must not exceed max_pending=" + config.shown(NatsKeys.MAX_PENDING));
    require(
        config.number(NatsKeys.MAX_PENDING) <= config.number(NatsKeys.MAX_CLIENT_MEMORY),
        problems,
        config,
        NatsKeys.MAX_PENDING,
        "must not exceed max_client_memory=" + config.shown(NatsKeys.MAX_CLIENT_MEMORY));
    final long heap = Runtime.getRuntime().maxMemory();
    require(
        config.number(NatsKeys.MAX_SUBSCRIPTION_MEMORY) <= heap / 2,
        problems,
        config,
        NatsKeys.MAX_SUBSCRIPTION_MEMORY,
        "must be at most half of the heap, " + heap + " bytes");
    require(
        config.number(JetStreamKeys.MAX_STATE_MEMORY) <= heap / 2,
        problems,
        config,
        JetStreamKeys.MAX_STATE_MEMORY,
        "must be at most half of the heap, " + heap / 2 + " bytes");
    final long ingress = config.number(ThreadKeys.INGRESS_CAPACITY);
    require(
        Long.bitCount(ingress) == 1,
        problems,
        config,
        ThreadKeys.INGRESS_CAPACITY,
        "must be a power of two");
    // A ring takes messages of up to an eighth of it, and 512 bytes are its own and the
    // connection's.
    require(
        ingress / 8 >= Ingress.INLINE_LENGTH_MAX + 512,
        problems,
        config,
        ThreadKeys.INGRESS_CAPACITY,
        "must be at least 8 times the longest message that travels in it, "
            + (Ingress.INLINE_LENGTH_MAX + 512)
            + " bytes");
    final long journal = config.number(ThreadKeys.JOURNAL_CAPACITY);
    require(
        journal == 0 || Long.bitCount(journal) == 1,
        problems,
        config,
        ThreadKeys.JOURNAL_CAPACITY,
        "must be a power of two");
    require(
        journal == 0 || journal >= 4 * (payload + LONGEST_REST),
        problems,
        config,
        ThreadKeys.JOURNAL_CAPACITY,
        "must be at least 4 times the longest record, max_payload="
            + config.shown(NatsKeys.MAX_PAYLOAD)
            + " and "
            + LONGEST_REST
            + " bytes");
    require(
        config.number(StorageKeys.SEGMENT_SIZE) >= 4 * payload,
        problems,
        config,
        StorageKeys.SEGMENT_SIZE,
        "must be at least 4 times max_payload=" + config.shown(NatsKeys.MAX_PAYLOAD));
    checkDatabaseUrl(config, problems);
    checkDomain(config, problems);
    LoginRules.check(config, problems);
    require(
        config.text(TlsKeys.CERT_FILE).isEmpty() == config.text(TlsKeys.KEY_FILE).isEmpty(),
        problems,
        config,
        TlsKeys.CERT_FILE,
        "needs tls.key_file, and the other way round");
    checkHttp(config, problems);
    require(
        !config.isOn(TlsKeys.VERIFY) || !config.text(TlsKeys.CA_FILE).isEmpty(),
        problems,
        config,
        TlsKeys.VERIFY,
        "needs tls.ca_file");
    // Without a certificate the listener would take plain connections, and check nobody's.
    for (final ConfigKey key : List.of(TlsKeys.VERIFY, TlsKeys.CA_FILE)) {
      final boolean isAsked =
          key == TlsKeys.VERIFY ? config.isOn(key) : !config.text(key).isEmpty();
      require(
          !isAsked || !config.text(TlsKeys.CERT_FILE).isEmpty(),
          problems,
          config,
          key,
          "needs tls.cert_file");
    }
  }

  /** It becomes a token of subjects. */
  private static void checkDomain(final MothershipConfig config, final ConfigProblems problems) {
    require(
        config.text(JetStreamKeys.DOMAIN).chars().noneMatch(c -> c <= ' ' || ".*>".indexOf(c) >= 0),
        problems,
        config,
        JetStreamKeys.DOMAIN,
        "is no domain name: it may not contain ., *, > or blanks");
  }

  private static void checkHttp(final MothershipConfig config, final ConfigProblems problems) {
    for (final ConfigKey bound : List.of(HttpKeys.MAX_UPLOAD, HttpKeys.MAX_BODY_MEMORY)) {
      require(
          config.number(HttpKeys.MAX_BODY) <= config.number(bound),
          problems,
          config,
          HttpKeys.MAX_BODY,
          "must not exceed " + bound.fileKey() + "=" + config.shown(bound));
    }
    require(
        config.text(HttpKeys.TLS_CERT_FILE).isEmpty()
            == config.text(HttpKeys.TLS_KEY_FILE).isEmpty(),
        problems,
        config,
        HttpKeys.TLS_CERT_FILE,
        "needs http.tls.key_file, and the other way round");
    for (final String origin : config.text(HttpKeys.CORS_ORIGINS).split("[,\\s]+")) {
      require(
          origin.isEmpty() || origin.equals("*") || origin.matches("https?://[^/?#@]+/?"),
          problems,
          config,
          HttpKeys.CORS_ORIGINS,
          "must name origins, as https://host:port, or *");
    }
  }

  private static void checkDatabaseUrl(
      final MothershipConfig config, final ConfigProblems problems) {
    final String url = config.text(StorageKeys.DATABASE_URL);
    if (!url.isEmpty()) {
      try {
        DatabaseUrl.parse(url);
      } catch (final IllegalArgumentException e) {
        problems.add(
            config.source(StorageKeys.DATABASE_URL),
            StorageKeys.DATABASE_URL.fileKey() + ": " + e.getMessage());
      }
    }
  }

  static void require(
      final boolean holds,
      final ConfigProblems problems,
      final MothershipConfig config,
      final ConfigKey key,
      final String message) {
    if (!holds) {
      problems.add(config.source(key), key.fileKey() + "=" + config.shown(key) + " " + message);
    }
  }
}
