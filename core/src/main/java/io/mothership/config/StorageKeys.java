package io.mothership.config;

import java.util.List;

/** What is kept, and where. */
public final class StorageKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey DATA_DIR =
      ROWS.path("storage.data_dir")
          .byDefault("data")
          .option("-d, --data-dir")
          .doc("Folder of everything that is kept: journal, records, lock file.");

  public static final ConfigKey SEGMENT_SIZE =
      ROWS.size("storage.segment_size")
          .byDefault("32MB")
          .range(1L << 20, 64L << 20)
          .doc("Length of a journal segment.");

  public static final ConfigKey CHECKPOINT_SIZE =
      ROWS.size("storage.checkpoint_size")
          .byDefault("32MB")
          .range(1L << 20, 1L << 30)
          .doc("Journal written between two checkpoints, at least; a start reads about as much.");

  public static final ConfigKey JOURNAL_BUDGET =
      ROWS.size("storage.journal_budget")
          .byDefault("0")
          .range(0, 1L << 50)
          .doc(
              "Length of the journal above which sparse segments are written anew to free space; 0"
                  + " = one and a half times jetstream.max_file.");

  public static final ConfigKey DATABASE_URL =
      ROWS.secret("storage.database_url")
          .environment("DATABASE_URL")
          .doc(
              "PostgreSQL database of the records: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`,"
                  + " also behind `jdbc:`; parameters `sslmode`, `sslrootcert`, `sslcert`,"
                  + " `sslkey`, `sslpassword`, `channel_binding`, `application_name`,"
                  + " `connect_timeout`, `currentSchema`. Empty = SQLite.");

  public static final ConfigKey DATABASE_WAIT =
      ROWS.duration("storage.database_wait")
          .byDefault("30s")
          .range(0, Limits.DAY_NS)
          .doc("How long a start waits for a PostgreSQL that does not answer.");

  public static final ConfigKey DATABASE_PATH =
      ROWS.path("storage.database_path")
          .environment("DB_PATH")
          .doc("SQLite file of the records; empty = `mothership.db` in `storage.data_dir`.");

  private StorageKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
