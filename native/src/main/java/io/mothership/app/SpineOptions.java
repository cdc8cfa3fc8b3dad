package io.mothership.app;

import io.mothership.api.Api;
import io.mothership.config.AuthorizationKeys;
import io.mothership.config.ConfigKey;
import io.mothership.config.DatabaseUrl;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.StorageKeys;
import io.mothership.config.ThreadKeys;
import io.mothership.config.TlsKeys;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.error.MothershipException;
import io.mothership.fleet.streams.FleetStreams;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.model.JetStreamLimits;
import io.mothership.jetstream.model.StreamDefinition;
import io.mothership.journal.SyncPolicy;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.sql.SqlConfig;
import io.mothership.transport.nats.NatsConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** The configuration's values as each part of the appliance wants them. */
public final class SpineOptions {
  private static final int DEDICATED_PROCESSORS_MIN = 3;
  private static final int PROCESSORS_PER_LOOP = 4;

  private SpineOptions() {}

  static Threading threading(final MothershipConfig config) {
    return switch (config.text(ThreadKeys.MODE)) {
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
    final int wanted = config.integer(ThreadKeys.IO_THREADS);
    return wanted != 0
        ? wanted
        : Math.max(1, Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_LOOP);
  }

  public static SpineConfig spine(final MothershipConfig config) {
    final SpineConfig standard =
        SpineConfig.of(threading(config), config.integer(NatsKeys.MAX_PAYLOAD));
    final int journalBytes = config.integer(ThreadKeys.JOURNAL_CAPACITY);
    return new SpineConfig(
        standard.threading(),
        standard.payloadBytesMax(),
        config.integer(ThreadKeys.INGRESS_CAPACITY),
        journalBytes == 0 ? standard.journalRingBytes() : journalBytes,
        standard.readRingBytes(),
        standard.largeFrameBytesMax(),
        config.number(JetStreamKeys.SYNC_INTERVAL),
        config.number(StorageKeys.CHECKPOINT_SIZE),
        config.integer(NatsKeys.MAX_SUBSCRIPTIONS),
        config.number(NatsKeys.MAX_SUBSCRIPTION_MEMORY));
  }

  /** The folder that has the lock file and the journal's folder in it. */
  public static Path storeFolder(final MothershipConfig config) {
    return config
        .path(JetStreamKeys.STORE_DIR)
        .orElseGet(() -> Path.of(config.text(StorageKeys.DATA_DIR)));
  }

  public static JournalConfig journal(final MothershipConfig config) {
    final JournalConfig journal =
        JournalConfig.of(storeFolder(config))
            .withSegmentBytes(config.integer(StorageKeys.SEGMENT_SIZE));
    // Everything in the ring was taken and has to go in.
    return journal
        .withReserveBytes(journal.reserveBytes() + spine(config).journalRingBytes())
        .withBudgetBytes(journalBudget(config))
        .withLoadedBytesMax(config.integer(JetStreamKeys.MAX_INDEX_MEMORY));
  }

  /** Without a word of its own it follows what the streams may hold. */
  private static long journalBudget(final MothershipConfig config) {
    final long budget = config.number(StorageKeys.JOURNAL_BUDGET);
    final long held = config.number(JetStreamKeys.MAX_FILE);
    if (budget > 0) {
      return budget;
    }
    return held < 0 ? Long.MAX_VALUE : held + held / 2;
  }

  /** Where the records are. */
  public static SqlConfig registry(final MothershipConfig config) {
    final String url = config.text(StorageKeys.DATABASE_URL);
    final SqlConfig registry =
        url.isEmpty()
            ? SqlConfig.of(databaseFile(config))
            : SqlConfig.of(DatabaseUrl.parse(url))
                .withWait(config.number(StorageKeys.DATABASE_WAIT));
    return registry.withDomains(Api.MIGRATIONS);
  }

  /** What the data folder says of where the records are. */
  static RegistryNote registryNote(final MothershipConfig config) {
    final SqlConfig registry = registry(config);
    return new RegistryNote(
        Path.of(config.text(StorageKeys.DATA_DIR)),
        config.text(StorageKeys.DATABASE_URL).isEmpty()
            ? Optional.empty()
            : Optional.of(registry.product() + " " + registry.place()));
  }

  /** The SQLite file of the records. */
  public static Path databaseFile(final MothershipConfig config) {
    return config
        .path(StorageKeys.DATABASE_PATH)
        .orElseGet(() -> Path.of(config.text(StorageKeys.DATA_DIR)).resolve("mothership.db"));
  }

  static String domain(final MothershipConfig config, final Role role) {
    final String domain = config.text(JetStreamKeys.DOMAIN);
    return domain.isEmpty() && role == Role.APPLIANCE ? FleetStreams.DOMAIN : domain;
  }

  /** {@code own} are the streams of the product itself. */
  static JetStreamConfig jetStream(
      final MothershipConfig config, final Role role, final List<StreamDefinition> own) {
    final JetStreamConfig jetStream =
        JetStreamConfig.defaults()
            .withDomain(domain(config, role))
            .withSizes(
                config.integer(NatsKeys.MAX_PAYLOAD),
                config.number(JetStreamKeys.MAX_MEMORY),
                config.number(JetStreamKeys.MAX_FILE))
            .withLimits(limits(config))
            .withOwn(own);
    return switch (config.text(JetStreamKeys.SYNC)) {
      case "always" -> jetStream.withSync(SyncPolicy.ALWAYS);
      case "interval" -> jetStream.withSync(SyncPolicy.INTERVAL);
      default -> jetStream;
    };
  }

  /** How much there may be of what takes memory. */
  public static JetStreamLimits limits(final MothershipConfig config) {
    final long stateBytes = config.number(JetStreamKeys.MAX_STATE_MEMORY);
    return new JetStreamLimits(
        config.integer(JetStreamKeys.MAX_STREAMS),
        config.integer(JetStreamKeys.MAX_CONSUMERS),
        config.integer(JetStreamKeys.MAX_ACK_PENDING),
        config.integer(JetStreamKeys.MAX_MESSAGE_IDS),
        stateBytes == 0 ? JetStreamLimits.defaultStateBytesMax() : stateBytes);
  }

  public static NatsConfig nats(final MothershipConfig config, final Role role) {
    return new NatsConfig()
        .host(config.text(NatsKeys.HOST))
        .port(config.integer(NatsKeys.PORT))
        .serverName(config.text(NatsKeys.SERVER_NAME))
        .hasJetStream(config.isOn(JetStreamKeys.ENABLED))
        .domain(config.isOn(JetStreamKeys.ENABLED) ? domain(config, role) : "")
        .payloadBytesMax(config.integer(NatsKeys.MAX_PAYLOAD))
        .controlLineBytesMax(config.integer(NatsKeys.MAX_CONTROL_LINE))
        .pendingBytesMax(config.number(NatsKeys.MAX_PENDING))
        .clientBytesMax(config.number(NatsKeys.MAX_CLIENT_MEMORY))
        .connectionsMax(config.integer(NatsKeys.MAX_CONNECTIONS))
        .pingIntervalMs(milliseconds(config, NatsKeys.PING_INTERVAL))
        .pingsUnansweredMax(config.integer(NatsKeys.PING_MAX))
        .authPatienceMs(milliseconds(config, AuthorizationKeys.TIMEOUT))
        .writeDeadlineMs(milliseconds(config, NatsKeys.WRITE_DEADLINE))
        .lameDuckMs(milliseconds(config, NatsKeys.LAME_DUCK_DURATION))
        .tlsPatienceMs(milliseconds(config, TlsKeys.TIMEOUT))
        .tls(config.path(TlsKeys.CERT_FILE).map(certificate -> tls(config, certificate)));
  }

  private static SslContext tls(final MothershipConfig config, final Path certificate) {
    final Path key = Path.of(config.text(TlsKeys.KEY_FILE));
    try {
      final SslContextBuilder context =
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .sslProvider(SslProvider.JDK);
      config.path(TlsKeys.CA_FILE).ifPresent(file -> context.trustManager(file.toFile()));
      if (config.isOn(TlsKeys.VERIFY)) {
        context.clientAuth(ClientAuth.REQUIRE);
      }
      return context.build();
    } catch (final SSLException | IllegalArgumentException e) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "TLS_FILES",
          config.source(TlsKeys.CERT_FILE)
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
