package io.mothership.config;

import java.util.List;

/** The process: its log and the files that tell of it. */
public final class ProcessKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey LOG_LEVEL =
      ROWS.choice("log_level", "error", "warn", "warning", "info", "debug", "trace")
          .byDefault("info")
          .environment("LOG_LEVEL")
          .reloadable()
          .doc("How much is logged. `-D` is `debug`, `-V` and `-DV` are `trace`.");

  public static final ConfigKey LOG_FILE =
      ROWS.path("log_file")
          .option("-l, --log")
          .alias("logfile")
          .doc("File to log to; empty = standard error.");

  public static final ConfigKey PID_FILE =
      ROWS.path("pid_file")
          .option("-P, --pid")
          .alias("pidfile")
          .doc("File that gets the process id.");

  public static final ConfigKey PORTS_FILE =
      ROWS.path("ports_file")
          .option("--ports-file")
          .doc("File that gets a line `name=port` per listener when all of them are bound.");

  public static final ConfigKey PORTS_FILE_DIR =
      ROWS.path("ports_file_dir")
          .option("--ports_file_dir")
          .doc("Folder that gets `nats-server_PID.ports`, JSON, as nats-server writes it.");

  private ProcessKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
