package io.mothership.config;

import java.util.List;

/** The NATS listener, its clients and what they may take. */
public final class NatsKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey HOST =
      ROWS.host("host")
          .byDefault("127.0.0.1")
          .option("-a, --addr")
          .alias("net")
          .doc("Address the NATS listener binds to.");

  public static final ConfigKey PORT =
      ROWS.count("port")
          .byDefault("4222")
          .range(0, 65_535)
          .option("-p, --port")
          .environment("NATS_PORT")
          .reads(-1, "0")
          .doc("Port of the NATS listener; 0 or -1 = any free one, see `ports_file`.");

  public static final ConfigKey SERVER_NAME =
      ROWS.text("server_name")
          .byDefault("mothership")
          .option("-n, --name")
          .doc("Name of this server, told to clients.");

  public static final ConfigKey MAX_PAYLOAD =
      ROWS.size("max_payload")
          .byDefault("1MB")
          .range(1, Limits.PAYLOAD_BYTES_MAX)
          .reads(0, "1MB")
          .reads(-1, "8MB")
          .doc("Longest message a client may publish, headers included; -1 = 8MB.");

  public static final ConfigKey MAX_CONTROL_LINE =
      ROWS.size("max_control_line")
          .byDefault("4KB")
          .range(128, 32_768)
          .reads(0, "4KB")
          .reads(-1, "32KB")
          .doc("Longest protocol line, subject and reply subject included.");

  public static final ConfigKey MAX_CONNECTIONS =
      ROWS.count("max_connections")
          .byDefault("8192")
          .range(1, 1_000_000)
          .alias("max_conn")
          .reloadable()
          .reads(0, "8192")
          .reads(-1, "1000000")
          .doc(
              "NATS connections at a time, -1 = as many as possible; each takes about 4 KB of the"
                  + " heap.");

  public static final ConfigKey MAX_SUBSCRIPTIONS =
      ROWS.count("max_subscriptions")
          .byDefault("100000")
          .range(0, 1_000_000_000)
          .alias("max_subs")
          .reads(-1, "0")
          .doc(
              "Subscriptions of one client, 0 or -1 = no limit; see also"
                  + " `max_subscription_memory`.");

  public static final ConfigKey MAX_SUBSCRIPTION_MEMORY =
      ROWS.size("max_subscription_memory")
          .byDefault("24MB")
          .range(65_536, 1L << 40)
          .doc(
              "What the subscriptions of all clients together may take of the heap, about 210 bytes"
                  + " each and 110 for each new token of a subject. At most half of the heap.");

  public static final ConfigKey MAX_PENDING =
      ROWS.size("max_pending")
          .byDefault("64MB")
          .range(65_536, 1L << 32)
          .reloadable()
          .reads(0, "64MB")
          .reads(-1, "256MB")
          .doc(
              "Bytes that may wait for a client that reads slowly before it is closed as a slow"
                  + " consumer.");

  public static final ConfigKey MAX_CLIENT_MEMORY =
      ROWS.size("max_client_memory")
          .byDefault("256MB")
          .range(1 << 20, 1L << 40)
          .doc(
              "What unfinished messages and backlogs of all NATS clients together may take. A"
                  + " client may hold as much as is still free.");

  public static final ConfigKey PING_INTERVAL =
      ROWS.duration("ping_interval")
          .byDefault("2m")
          .range(10_000_000L, Limits.DAY_NS)
          .reloadable()
          .reads(0, "2m")
          .doc("How often an idle client is pinged.");

  public static final ConfigKey PING_MAX =
      ROWS.count("ping_max")
          .byDefault("2")
          .range(1, 100)
          .reloadable()
          .reads(0, "2")
          .doc("Pings without an answer before a client is closed.");

  public static final ConfigKey WRITE_DEADLINE =
      ROWS.duration("write_deadline")
          .byDefault("10s")
          .range(10_000_000L, Limits.DAY_NS)
          .reloadable()
          .reads(0, "10s")
          .doc("How long a write to a client may stand still before it is closed.");

  public static final ConfigKey LAME_DUCK_DURATION =
      ROWS.duration("lame_duck_duration")
          .byDefault("2s")
          .range(0, Limits.DAY_NS)
          .reloadable()
          .doc("How long clients are given to move elsewhere when the appliance stops.");

  private NatsKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
