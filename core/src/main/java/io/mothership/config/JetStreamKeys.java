package io.mothership.config;

import java.util.List;

/** Streams and consumers. */
public final class JetStreamKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey ENABLED =
      ROWS.flag("jetstream.enabled")
          .byDefault("true")
          .option("-js, --jetstream")
          .doc(
              "Streams and consumers; `mothership broker` needs `-js`, `jetstream {}` or"
                  + " `jetstream: true`.");

  public static final ConfigKey DOMAIN =
      ROWS.text("jetstream.domain")
          .doc(
              "Domain told in publish acknowledgements; `mothership serve` uses `constellation` if"
                  + " none is set.");

  public static final ConfigKey STORE_DIR =
      ROWS.path("jetstream.store_dir")
          .option("-sd, --store_dir")
          .environment("NATS_DATA_DIR")
          .alias("jetstream.storedir")
          .doc("Folder of the journal; empty = `journal` in `storage.data_dir`.");

  public static final ConfigKey MAX_MEMORY =
      ROWS.size("jetstream.max_mem")
          .byDefault("256MB")
          .range(-1, 1L << 44)
          .alias("jetstream.max_memory_store")
          .alias("jetstream.max_mem_store")
          .doc("Bytes all memory streams may reserve together; -1 = no limit.");

  public static final ConfigKey MAX_FILE =
      ROWS.size("jetstream.max_file")
          .byDefault("2GB")
          .range(-1, 1L << 50)
          .alias("jetstream.max_file_store")
          .doc("Bytes all file streams may reserve together; -1 = no limit.");

  public static final ConfigKey MAX_STREAMS =
      ROWS.count("jetstream.max_streams")
          .byDefault("-1")
          .range(-1, 1_000_000)
          .doc("Streams; -1 = as many as `jetstream.max_state_memory` has room for.");

  public static final ConfigKey MAX_CONSUMERS =
      ROWS.count("jetstream.max_consumers")
          .byDefault("-1")
          .range(-1, 1_000_000)
          .doc(
              "Consumers of all streams together; -1 = as many as `jetstream.max_state_memory` has"
                  + " room for.");

  public static final ConfigKey MAX_ACK_PENDING =
      ROWS.count("jetstream.max_ack_pending")
          .byDefault("-1")
          .range(-1, 1_000_000_000)
          .doc("The highest `max_ack_pending` a consumer may ask for; -1 = no limit.");

  public static final ConfigKey MAX_MESSAGE_IDS =
      ROWS.count("jetstream.max_message_ids")
          .byDefault("1048576")
          .range(1, 1_000_000_000)
          .doc(
              "Message ids (`Nats-Msg-Id`) in the duplicate window of one stream. A publish with"
                  + " one more is refused until the oldest leaves the window.");

  public static final ConfigKey MAX_STATE_MEMORY =
      ROWS.size("jetstream.max_state_memory")
          .byDefault("0")
          .range(0, 1L << 40)
          .doc(
              "What streams and consumers may take of the heap: about 50 bytes a message, 45 and"
                  + " its name a subject, 45 a message id, 5000 a consumer, 100 an unacknowledged"
                  + " message. 0 = half of the heap, which is also the most.");

  public static final ConfigKey MAX_INDEX_MEMORY =
      ROWS.size("jetstream.max_index_memory")
          .byDefault("64MB")
          .range(0, Integer.MAX_VALUE)
          .doc(
              "What the packed indexes of streams may take outside the heap, 1 to 10 bytes a"
                  + " message, and twice that while a checkpoint is read back. Above it they stay"
                  + " in the heap.");

  public static final ConfigKey SYNC =
      ROWS.choice("jetstream.sync", "auto", "always", "interval")
          .byDefault("auto")
          .doc(
              "When file streams acknowledge whose metadata have no `mothership.sync`: `always`"
                  + " after the disk has the message, `interval` after the append; `auto` is"
                  + " `interval` for TELEMETRY, `always` for all others.");

  public static final ConfigKey SYNC_INTERVAL =
      ROWS.duration("jetstream.sync_interval")
          .byDefault("100ms")
          .range(1_000_000L, 120_000_000_000L)
          .doc(
              "For streams that acknowledge after the append: how soon the disk follows. `always`"
                  + " is nats-server's word for `jetstream.sync: always`.");

  private JetStreamKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
