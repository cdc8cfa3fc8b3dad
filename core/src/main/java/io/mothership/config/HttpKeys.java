package io.mothership.config;

import java.util.List;

/** REST, WebSocket feed and dashboard. */
public final class HttpKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey HOST =
      ROWS.host("http.host").byDefault("127.0.0.1").doc("Address the HTTP listener binds to.");

  public static final ConfigKey PORT =
      ROWS.count("http.port")
          .byDefault("8080")
          .range(0, 65_535)
          .option("--http")
          .environment("PORT")
          .doc(
              "Port of REST, WebSocket feed and dashboard; 0 = any free one. `--http` takes"
                  + " HOST:PORT.");

  public static final ConfigKey TOKEN =
      ROWS.secret("http.token")
          .byDefault(Limits.DEFAULT_TOKEN)
          .environment("API_BEARER_TOKEN")
          .reloadable()
          .doc(
              "Bearer token of the HTTP API. The default is refused on a listener that others can"
                  + " reach.");

  public static final ConfigKey METRICS_AUTH =
      ROWS.flag("http.metrics_auth")
          .byDefault("false")
          .doc(
              "`/metrics` on the HTTP port asks for the bearer token; otherwise it needs none, like"
                  + " `/health`.");

  private HttpKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
