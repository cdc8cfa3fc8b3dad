package io.mothership.config;

import static io.mothership.config.ConfigType.CHOICE;
import static io.mothership.config.ConfigType.COUNT;
import static io.mothership.config.ConfigType.DURATION;
import static io.mothership.config.ConfigType.HOST;
import static io.mothership.config.ConfigType.PATH;
import static io.mothership.config.ConfigType.SECRET;
import static io.mothership.config.ConfigType.SIZE;
import static io.mothership.config.ConfigType.SWITCH;
import static io.mothership.config.ConfigType.TEXT;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The one table of everything that can be configured: file key, environment name, command-line
 * option, default, range and documentation. The reference page is made from it.
 *
 * <p>Every key can also be set as {@code --set KEY=VALUE} and as environment variable {@code
 * MOTHERSHIP_…} (upper case, dots as underscores).
 */
public enum ConfigKey {
  // NATS clients.
  NATS_HOST("host", HOST, "127.0.0.1", "-a, --addr", "", "Address the NATS listener binds to."),
  NATS_PORT(
      "port",
      COUNT,
      "4222",
      0,
      65_535,
      "-p, --port",
      "NATS_PORT",
      "Port of the NATS listener; 0 = any free one, see `ports_file`."),
  SERVER_NAME(
      "server_name", TEXT, "mothership", "-n, --name", "", "Name of this server, told to clients."),
  MAX_PAYLOAD(
      "max_payload",
      SIZE,
      "1MB",
      1,
      Limits.PAYLOAD_BYTES_MAX,
      "",
      "",
      "Longest message a client may publish, headers included."),
  MAX_CONTROL_LINE(
      "max_control_line",
      SIZE,
      "4KB",
      128,
      32_768,
      "",
      "",
      "Longest protocol line, subject and reply subject included."),
  MAX_CONNECTIONS(
      "max_connections",
      COUNT,
      "8192",
      1,
      1_000_000,
      "",
      "",
      "NATS connections at a time; each takes about 4 KB of the heap."),
  MAX_SUBSCRIPTIONS(
      "max_subscriptions",
      COUNT,
      "100000",
      0,
      1_000_000_000,
      "",
      "",
      "Subscriptions of one client, 0 = no limit; see also `max_subscription_memory`."),
  MAX_SUBSCRIPTION_MEMORY(
      "max_subscription_memory",
      SIZE,
      "24MB",
      65_536,
      1L << 40,
      "",
      "",
      "What the subscriptions of all clients together may take of the heap, about 210 bytes each"
          + " and 110 for each new token of a subject. At most half of the heap."),
  MAX_PENDING(
      "max_pending",
      SIZE,
      "64MB",
      65_536,
      1L << 32,
      "",
      "",
      "Bytes that may wait for a client that reads slowly before it is closed as a slow consumer."),
  MAX_CLIENT_MEMORY(
      "max_client_memory",
      SIZE,
      "256MB",
      1 << 20,
      1L << 40,
      "",
      "",
      "What unfinished messages and backlogs of all NATS clients together may take. A client may"
          + " hold as much as is still free."),
  PING_INTERVAL(
      "ping_interval",
      DURATION,
      "2m",
      10_000_000L,
      Limits.DAY_NS,
      "",
      "",
      "How often an idle client is pinged."),
  PING_MAX(
      "ping_max", COUNT, "2", 1, 100, "", "", "Pings without an answer before a client is closed."),
  WRITE_DEADLINE(
      "write_deadline",
      DURATION,
      "10s",
      10_000_000L,
      Limits.DAY_NS,
      "",
      "",
      "How long a write to a client may stand still before it is closed."),
  LAME_DUCK_DURATION(
      "lame_duck_duration",
      DURATION,
      "2s",
      0,
      Limits.DAY_NS,
      "",
      "",
      "How long clients are given to move elsewhere when the appliance stops."),

  // Who may connect.
  AUTHORIZATION_USER(
      "authorization.user", TEXT, "", "--user", "", "The one user name; see also `users`."),
  AUTHORIZATION_PASSWORD(
      "authorization.password", SECRET, "", "--pass", "", "Password of that user."),
  AUTHORIZATION_TOKEN(
      "authorization.token",
      SECRET,
      "",
      "--auth",
      "",
      "Token NATS clients show instead of a user."),
  AUTHORIZATION_TIMEOUT(
      "authorization.timeout",
      DURATION,
      "2s",
      1_000_000L,
      60_000_000_000L,
      "",
      "",
      "How long a client has to say who it is."),

  // TLS of the NATS listener.
  TLS_CERT_FILE(
      "tls.cert_file",
      PATH,
      "",
      "",
      "",
      "Certificate chain, PEM. With it, NATS clients have to use TLS."),
  TLS_KEY_FILE("tls.key_file", PATH, "", "", "", "Private key of the certificate, PEM, PKCS 8."),
  TLS_CA_FILE("tls.ca_file", PATH, "", "", "", "Certificates that clients' ones are checked by."),
  TLS_VERIFY("tls.verify", SWITCH, "false", 0, 1, "", "", "Clients must show a certificate."),
  TLS_TIMEOUT(
      "tls.timeout",
      DURATION,
      "2s",
      1_000_000L,
      60_000_000_000L,
      "",
      "",
      "How long a TLS handshake may take."),

  // JetStream.
  JETSTREAM(
      "jetstream.enabled",
      SWITCH,
      "true",
      0,
      1,
      "-js, --jetstream",
      "",
      "Streams and consumers; `mothership broker` needs `-js`, `jetstream {}` or `jetstream:"
          + " true`."),
  JETSTREAM_DOMAIN(
      "jetstream.domain",
      TEXT,
      "",
      "",
      "",
      "Domain told in publish acknowledgements; `mothership serve` uses `constellation` if none is"
          + " set."),
  JETSTREAM_STORE_DIR(
      "jetstream.store_dir",
      PATH,
      "",
      "-sd, --store_dir",
      "NATS_DATA_DIR",
      "Folder of the journal; empty = `journal` in `storage.data_dir`."),
  JETSTREAM_MAX_MEMORY(
      "jetstream.max_mem",
      SIZE,
      "256MB",
      -1,
      1L << 44,
      "",
      "",
      "Bytes all memory streams may reserve together; -1 = no limit."),
  JETSTREAM_MAX_FILE(
      "jetstream.max_file",
      SIZE,
      "2GB",
      -1,
      1L << 50,
      "",
      "",
      "Bytes all file streams may reserve together; -1 = no limit."),
  JETSTREAM_MAX_STREAMS(
      "jetstream.max_streams",
      COUNT,
      "-1",
      -1,
      1_000_000,
      "",
      "",
      "Streams; -1 = as many as `jetstream.max_state_memory` has room for."),
  JETSTREAM_MAX_CONSUMERS(
      "jetstream.max_consumers",
      COUNT,
      "-1",
      -1,
      1_000_000,
      "",
      "",
      "Consumers of all streams together; -1 = as many as `jetstream.max_state_memory` has room"
          + " for."),
  JETSTREAM_MAX_ACK_PENDING(
      "jetstream.max_ack_pending",
      COUNT,
      "-1",
      -1,
      1_000_000_000,
      "",
      "",
      "The highest `max_ack_pending` a consumer may ask for; -1 = no limit."),
  JETSTREAM_MAX_MESSAGE_IDS(
      "jetstream.max_message_ids",
      COUNT,
      "1048576",
      1,
      1_000_000_000,
      "",
      "",
      "Message ids (`Nats-Msg-Id`) in the duplicate window of one stream. A publish with one more"
          + " is refused until the oldest leaves the window."),
  JETSTREAM_MAX_STATE_MEMORY(
      "jetstream.max_state_memory",
      SIZE,
      "0",
      0,
      1L << 40,
      "",
      "",
      "What streams and consumers may take of the heap: about 50 bytes a message, 45 and its name"
          + " a subject, 45 a message id, 5000 a consumer, 100 an unacknowledged message. 0 = half"
          + " of the heap, which is also the most."),
  JETSTREAM_MAX_INDEX_MEMORY(
      "jetstream.max_index_memory",
      SIZE,
      "64MB",
      0,
      Integer.MAX_VALUE,
      "",
      "",
      "What the packed indexes of streams may take outside the heap, 1 to 10 bytes a message, and"
          + " twice that while a checkpoint is read back. Above it they stay in the heap."),
  JETSTREAM_SYNC(
      "jetstream.sync",
      CHOICE,
      "auto",
      "",
      "",
      "When file streams acknowledge whose metadata have no `mothership.sync`: `always` after the"
          + " disk has the message, `interval` after the append; `auto` is `interval` for"
          + " TELEMETRY, `always` for all others.",
      "auto",
      "always",
      "interval"),
  JETSTREAM_SYNC_INTERVAL(
      "jetstream.sync_interval",
      DURATION,
      "100ms",
      1_000_000L,
      120_000_000_000L,
      "",
      "",
      "For streams that acknowledge after the append: how soon the disk follows. `always` is"
          + " nats-server's word for `jetstream.sync: always`."),

  // HTTP.
  HTTP_HOST("http.host", HOST, "127.0.0.1", "", "", "Address the HTTP listener binds to."),
  HTTP_PORT(
      "http.port",
      COUNT,
      "8080",
      0,
      65_535,
      "--http",
      "PORT",
      "Port of REST, WebSocket feed and dashboard; 0 = any free one. `--http` takes HOST:PORT."),
  HTTP_TOKEN(
      "http.token",
      SECRET,
      Limits.DEFAULT_TOKEN,
      "",
      "API_BEARER_TOKEN",
      "Bearer token of the HTTP API. The default is refused on a listener that others can reach."),
  HTTP_METRICS_AUTH(
      "http.metrics_auth",
      SWITCH,
      "false",
      0,
      1,
      "",
      "",
      "`/metrics` on the HTTP port asks for the bearer token; otherwise it needs none, like"
          + " `/health`."),
  MONITOR_HOST(
      "monitor_host", HOST, "127.0.0.1", "", "", "Address the monitoring listener binds to."),
  MONITOR_PORT(
      "monitor_port",
      COUNT,
      "-1",
      -1,
      65_535,
      "-m, --http_port",
      "",
      "Port of `/varz`, `/healthz` and `/metrics`; 0 = any free one, -1 = none. `http_port` is the"
          + " same."),

  // Storage.
  DATA_DIR(
      "storage.data_dir",
      PATH,
      "data",
      "-d, --data-dir",
      "",
      "Folder of everything that is kept: journal, records, lock file."),
  SEGMENT_SIZE(
      "storage.segment_size",
      SIZE,
      "32MB",
      1L << 20,
      64L << 20,
      "",
      "",
      "Length of a journal segment."),
  CHECKPOINT_SIZE(
      "storage.checkpoint_size",
      SIZE,
      "32MB",
      1L << 20,
      1L << 30,
      "",
      "",
      "Journal written between two checkpoints, at least; a start reads about as much."),
  JOURNAL_BUDGET(
      "storage.journal_budget",
      SIZE,
      "0",
      0,
      1L << 50,
      "",
      "",
      "Length of the journal above which sparse segments are written anew to free space; 0 = one"
          + " and a half times jetstream.max_file."),
  DATABASE_URL(
      "storage.database_url",
      SECRET,
      "",
      "",
      "DATABASE_URL",
      "PostgreSQL database of the records: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, also"
          + " behind `jdbc:`; parameters `sslmode`, `sslrootcert`, `sslcert`, `sslkey`,"
          + " `sslpassword`, `channel_binding`, `application_name`, `connect_timeout`,"
          + " `currentSchema`. Empty = SQLite."),
  DATABASE_WAIT(
      "storage.database_wait",
      DURATION,
      "30s",
      0,
      Limits.DAY_NS,
      "",
      "",
      "How long a start waits for a PostgreSQL that does not answer."),
  DATABASE_PATH(
      "storage.database_path",
      PATH,
      "",
      "",
      "DB_PATH",
      "SQLite file of the records; empty = `mothership.db` in `storage.data_dir`."),

  // Threads and rings.
  THREADING(
      "threading.mode",
      CHOICE,
      "auto",
      "",
      "",
      "`shared`: the dispatcher runs in the one event loop; `dedicated`: on its own thread; `auto`:"
          + " dedicated from three processors on.",
      "auto",
      "shared",
      "dedicated"),
  IO_THREADS(
      "threading.io_threads",
      COUNT,
      "0",
      0,
      256,
      "",
      "",
      "Event loops for sockets; 0 = one up to four processors, then a quarter of them. One if"
          + " shared."),
  INGRESS_CAPACITY(
      "rings.ingress",
      SIZE,
      "1MB",
      1L << 19,
      1L << 28,
      "",
      "",
      "Ring into the dispatcher; a power of two."),
  JOURNAL_CAPACITY(
      "rings.journal",
      SIZE,
      "0",
      0,
      1L << 30,
      "",
      "",
      "Ring to the journal, which is the window of recent messages in memory too; a power of two."
          + " 0 = 4MB, or 3 times the longest record if that is more."),

  // The process.
  LOG_LEVEL(
      "log_level",
      CHOICE,
      "info",
      "",
      "LOG_LEVEL",
      "How much is logged. `-D` is `debug`, `-V` and `-DV` are `trace`.",
      "error",
      "warn",
      "warning",
      "info",
      "debug",
      "trace"),
  LOG_FILE("log_file", PATH, "", "-l, --log", "", "File to log to; empty = standard error."),
  PID_FILE("pid_file", PATH, "", "-P, --pid", "", "File that gets the process id."),
  PORTS_FILE(
      "ports_file",
      PATH,
      "",
      "--ports-file",
      "",
      "File that gets a line `name=port` per listener when all of them are bound."),
  PORTS_FILE_DIR(
      "ports_file_dir",
      PATH,
      "",
      "--ports_file_dir",
      "",
      "Folder that gets `nats-server_PID.ports`, JSON, as nats-server writes it.");

  private final String fileKey;
  private final ConfigType type;
  private final String defaultText;
  private final long min;
  private final long max;
  private final String cliOption;
  private final String environmentName;
  private final String doc;
  private final List<String> choices;

  ConfigKey(
      final String fileKey,
      final ConfigType type,
      final String defaultText,
      final String cliOption,
      final String environmentName,
      final String doc,
      final String... choices) {
    this(fileKey, type, defaultText, 0, 0, cliOption, environmentName, doc, choices);
  }

  ConfigKey(
      final String fileKey,
      final ConfigType type,
      final String defaultText,
      final long min,
      final long max,
      final String cliOption,
      final String environmentName,
      final String doc,
      final String... choices) {
    this.fileKey = fileKey;
    this.type = type;
    this.defaultText = defaultText;
    this.min = min;
    this.max = max;
    this.cliOption = cliOption;
    this.environmentName = environmentName;
    this.doc = doc;
    this.choices = List.of(choices);
  }

  /** The key in the file; a dot enters a block. */
  public String fileKey() {
    return fileKey;
  }

  public ConfigType type() {
    return type;
  }

  public String defaultText() {
    return defaultText;
  }

  /** Smallest number allowed. */
  public long min() {
    return min;
  }

  /** Largest number allowed. */
  public long max() {
    return max;
  }

  /** Options of the command line besides {@code --set}, comma separated; empty if none. */
  public String cliOption() {
    return cliOption;
  }

  /** Environment names, the most specific first. */
  public List<String> environmentNames() {
    final String ours = "MOTHERSHIP_" + fileKey.toUpperCase(Locale.ROOT).replace('.', '_');
    return environmentName.isEmpty() ? List.of(ours) : List.of(ours, environmentName);
  }

  public String doc() {
    return doc;
  }

  /** Whether SIGHUP puts a new value into force; the others need a restart. */
  public boolean isReloadable() {
    return switch (this) {
      case MAX_CONNECTIONS,
          MAX_PENDING,
          PING_INTERVAL,
          PING_MAX,
          WRITE_DEADLINE,
          LAME_DUCK_DURATION,
          AUTHORIZATION_USER,
          AUTHORIZATION_PASSWORD,
          AUTHORIZATION_TOKEN,
          AUTHORIZATION_TIMEOUT,
          TLS_CERT_FILE,
          TLS_KEY_FILE,
          TLS_CA_FILE,
          TLS_VERIFY,
          TLS_TIMEOUT,
          HTTP_TOKEN,
          LOG_LEVEL ->
          true;
      default -> false;
    };
  }

  /** The words a {@link ConfigType#CHOICE} may have. */
  public List<String> choices() {
    return choices;
  }

  public boolean isSecret() {
    return type == ConfigType.SECRET;
  }

  /** The key with this name in the file. */
  public static Optional<ConfigKey> of(final String fileKey) {
    for (final ConfigKey key : values()) {
      if (key.fileKey.equals(fileKey)) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  /**
   * Checks a text for this key.
   *
   * @return the text to keep, e.g. a choice in lower case
   * @throws IllegalArgumentException if it cannot be a value of this key; the message says why
   */
  String checked(final String text) {
    if (type.isNumber()) {
      final long number = type.number(text);
      if (number < min || number > max) {
        throw new IllegalArgumentException(
            "must be between " + type.text(min) + " and " + type.text(max));
      }
      return text;
    }
    if (type == CHOICE) {
      final String word = text.toLowerCase(Locale.ROOT);
      if (!choices.contains(word)) {
        throw new IllegalArgumentException("must be one of " + String.join(", ", choices));
      }
      return word;
    }
    if (type == HOST && text.isBlank()) {
      throw new IllegalArgumentException("must not be empty");
    }
    if (type == PATH && text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("is not a path");
    }
    return text;
  }
}
