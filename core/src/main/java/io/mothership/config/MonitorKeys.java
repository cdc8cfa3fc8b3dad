package io.mothership.config;

import java.util.List;

/** The monitoring listener. */
public final class MonitorKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey HOST =
      ROWS.host("monitor_host")
          .byDefault("127.0.0.1")
          .doc("Address the monitoring listener binds to.");

  public static final ConfigKey PORT =
      ROWS.count("monitor_port")
          .byDefault("-1")
          .range(-1, 65_535)
          .option("-m, --http_port")
          .alias("http_port")
          .doc(
              "Port of `/varz`, `/healthz` and `/metrics`; 0 = any free one, -1 = none. `http_port`"
                  + " is the same.");

  private MonitorKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
