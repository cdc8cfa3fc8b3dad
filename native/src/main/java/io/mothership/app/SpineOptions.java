package io.mothership.app;

import io.mothership.config.ConfigKey;
import io.mothership.config.DatabaseUrl;
import io.mothership.config.MothershipConfig;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.error.MothershipException;
import io.mothership.journal.SyncPolicy;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.sql.SqlConfig;
import io.mothership.stream.JetStreamConfig;
import io.mothership.stream.JetStreamLimits;
import io.mothership.transport.nats.NatsConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** The configuration's values as each part of the appliance wants them. */
public final class SpineOptions {
  private static final int DEDICATED_PROCESSORS_MIN = 3;
  private static final int PROCESSORS_PER_LOOP = 4;

  private SpineOptions() {}

  static Threading threading(final MothershipConfig config) {
    return switch (config.text(ConfigKey.THREADING)) {
      case "shared" -> Threading.SHARED;
      case "dedicated" -> Threading.DEDICATED;
      default ->
          Runtime.getRuntime().availableProcessors() < DEDICATED_PROCESSORS_MIN
              ? Threading.SHARED
              : Threading.DEDICATED;
    };
  }

  static int ioThreads(final MothershipConfig config) {
    if (threading(config) == Threading.SHARED) {
      return 1;
    }
    final int wanted = config.integer(ConfigKey.IO_THREADS);
    return wanted != 0
        ? wanted
        : Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_LOOP);
  }

  public static SpineConfig spine(final MothershipConfig config) {
    final SpineConfig standard =
        SpineConfig.of(threading(config), config.integer(ConfigKey.MAX_PAYLOAD));
    final int journalBytes = config.integer(ConfigKey.JOURNAL_CAPACITY);
    return new SpineConfig(
        standard.threading(),
        standard.payloadBytesMax(),
        config.integer(ConfigKey.INGRESS_CAPACITY),
        journalBytes == 0 ? standard.journalRingBytes() : journalBytes,
        standard.readRingBytes(),
        standard.largeFrameBytesMax(),
        config.number(ConfigKey.JETSTREAM_SYNC_INTERVAL),
        config.number(ConfigKey.CHECKPOINT_SIZE),
        config.integer(ConfigKey.MAX_SUBSCRIPTIONS),
        config.number(ConfigKey.MAX_SUBSCRIPTION_MEMORY));
  }

  /** The folder that has the lock file and the journal's folder in it. */
  public static Path storeFolder(final MothershipConfig config) {
    return config
        .path(ConfigKey.JETSTREAM_STORE_DIR)
        .orElseGet(() -> Path.of(config.text(ConfigKey.DATA_DIR)));
  }

  public static JournalConfig journal(final MothershipConfig config) {
    final JournalConfig journal =
        JournalConfig.of(storeFolder(config))
            .withSegmentBytes(config.integer(ConfigKey.SEGMENT_SIZE));
    // Everything in the ring was taken and has to go in.
    return journal
        .withReserveBytes(journal.reserveBytes() + spine(config).journalRingBytes())
        .withBudgetBytes(journalBudget(config))
        .withLoadedBytesMax(config.integer(ConfigKey.JETSTREAM_MAX_INDEX_MEMORY));
  }

  /** Without a word of its own it follows what the streams may hold. */
  private static long journalBudget(final MothershipConfig config) {
    final long budget = config.number(ConfigKey.JOURNAL_BUDGET);
    final long held = config.number(ConfigKey.JETSTREAM_MAX_FILE);
    if (budget > 0) {
      return budget;
    }
    return held < 0 ? Long.MAX_VALUE : held + held / 2;
  }

  /** Where the records are. */
  public static SqlConfig registry(final MothershipConfig config) {
    final String url = config.text(ConfigKey.DATABASE_URL);
    return url.isEmpty()
        ? SqlConfig.of(databaseFile(config))
        : SqlConfig.of(DatabaseUrl.parse(url)).withWait(config.number(ConfigKey.DATABASE_WAIT));
  }

  /** What the data folder says of where the records are. */
  static RegistryNote registryNote(final MothershipConfig config) {
    final SqlConfig registry = registry(config);
    return new RegistryNote(
        Path.of(config.text(ConfigKey.DATA_DIR)),
        config.text(ConfigKey.DATABASE_URL).isEmpty()
            ? Optional.empty()
            : Optional.of(registry.product() + " " + registry.place()));
  }

  /** The SQLite file of the records. */
  public static Path databaseFile(final MothershipConfig config) {
    return config
        .path(ConfigKey.DATABASE_PATH)
        .orElseGet(() -> Path.of(config.text(ConfigKey.DATA_DIR)).resolve("mothership.db"));
  }

  static String domain(final MothershipConfig config, final Role role) {
    final String domain = config.text(ConfigKey.JETSTREAM_DOMAIN);
    return domain.isEmpty() && role == Role.APPLIANCE ? JetStreamConfig.DEFAULT_DOMAIN : domain;
  }

  static JetStreamConfig jetStream(final MothershipConfig config, final Role role) {
    final JetStreamConfig standard =
        switch (config.text(ConfigKey.JETSTREAM_SYNC)) {
          case "always" -> JetStreamConfig.defaults().withSync(SyncPolicy.ALWAYS);
          case "interval" -> JetStreamConfig.defaults().withSync(SyncPolicy.INTERVAL);
          default -> JetStreamConfig.defaults();
        };
    return new JetStreamConfig(
        domain(config, role),
        standard.serverVersion(),
        config.integer(ConfigKey.MAX_PAYLOAD),
        config.number(ConfigKey.JETSTREAM_MAX_MEMORY),
        config.number(ConfigKey.JETSTREAM_MAX_FILE),
        limits(config),
        role == Role.APPLIANCE,
        standard.syncDefault(),
        standard.sync());
  }

  /** How much there may be of what takes memory. */
  public static JetStreamLimits limits(final MothershipConfig config) {
    final long stateBytes = config.number(ConfigKey.JETSTREAM_MAX_STATE_MEMORY);
    return new JetStreamLimits(
        config.integer(ConfigKey.JETSTREAM_MAX_STREAMS),
        config.integer(ConfigKey.JETSTREAM_MAX_CONSUMERS),
        config.integer(ConfigKey.JETSTREAM_MAX_ACK_PENDING),
        config.integer(ConfigKey.JETSTREAM_MAX_MESSAGE_IDS),
        stateBytes == 0 ? JetStreamLimits.defaultStateBytesMax() : stateBytes);
  }

  public static NatsConfig nats(final MothershipConfig config, final Role role) {
    return new NatsConfig()
        .host(config.text(ConfigKey.NATS_HOST))
        .port(config.integer(ConfigKey.NATS_PORT))
        .serverName(config.text(ConfigKey.SERVER_NAME))
        .hasJetStream(config.isOn(ConfigKey.JETSTREAM))
        .domain(config.isOn(ConfigKey.JETSTREAM) ? domain(config, role) : "")
        .payloadBytesMax(config.integer(ConfigKey.MAX_PAYLOAD))
        .controlLineBytesMax(config.integer(ConfigKey.MAX_CONTROL_LINE))
        .pendingBytesMax(config.number(ConfigKey.MAX_PENDING))
        .clientBytesMax(config.number(ConfigKey.MAX_CLIENT_MEMORY))
        .connectionsMax(config.integer(ConfigKey.MAX_CONNECTIONS))
        .pingIntervalMs(milliseconds(config, ConfigKey.PING_INTERVAL))
        .pingsUnansweredMax(config.integer(ConfigKey.PING_MAX))
        .authPatienceMs(milliseconds(config, ConfigKey.AUTHORIZATION_TIMEOUT))
        .writeDeadlineMs(milliseconds(config, ConfigKey.WRITE_DEADLINE))
        .lameDuckMs(milliseconds(config, ConfigKey.LAME_DUCK_DURATION))
        .tlsPatienceMs(milliseconds(config, ConfigKey.TLS_TIMEOUT))
        .tls(config.path(ConfigKey.TLS_CERT_FILE).map(certificate -> tls(config, certificate)));
  }

  private static SslContext tls(final MothershipConfig config, final Path certificate) {
    final Path key = Path.of(config.text(ConfigKey.TLS_KEY_FILE));
    try {
      final SslContextBuilder context =
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .sslProvider(SslProvider.JDK);
      config.path(ConfigKey.TLS_CA_FILE).ifPresent(file -> context.trustManager(file.toFile()));
      if (config.isOn(ConfigKey.TLS_VERIFY)) {
        context.clientAuth(ClientAuth.REQUIRE);
      }
      return context.build();
    } catch (final SSLException | IllegalArgumentException e) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "TLS_FILES",
          config.source(ConfigKey.TLS_CERT_FILE)
              + ": tls: certificate or key cannot be used: cert_file="
              + certificate
              + ", key_file="
              + key
              + ", cause="
              + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
          e);
    }
  }

  private static long milliseconds(final MothershipConfig config, final ConfigKey key) {
    return TimeUnit.NANOSECONDS.toMillis(config.number(key));
  }
}
