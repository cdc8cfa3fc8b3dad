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

  public static final ConfigKey CORS_ORIGINS =
      ROWS.text("http.cors_origins")
          .reloadable()
          .doc(
              "Origins (`https://host:port`, comma separated) whose pages may use the API; only"
                  + " they and its own pages then. `*` = all, but never with a cookie. Empty = all,"
                  + " but on loopback only pages of this machine.");

  public static final ConfigKey HOSTS =
      ROWS.text("http.hosts")
          .reloadable()
          .doc(
              "Names (comma separated) by which an HTTP listener on loopback may be asked besides"
                  + " `localhost` and loopback addresses, as behind a proxy that keeps `Host`.");

  public static final ConfigKey MAX_CONNECTIONS =
      ROWS.count("http.max_connections")
          .byDefault("1024")
          .range(1, 1_000_000)
          .reloadable()
          .doc(
              "HTTP connections and WebSockets at a time. Above it the one that has been idle"
                  + " longest makes room; a few more places are kept for this machine.");

  public static final ConfigKey MAX_CONNECTIONS_PER_ADDRESS =
      ROWS.count("http.max_connections_per_address")
          .byDefault("256")
          .range(1, 1_000_000)
          .reloadable()
          .doc(
              "HTTP connections of one address (of IPv6: of its first 64 bits); loopback addresses"
                  + " have no such limit.");

  public static final ConfigKey MAX_BODY =
      ROWS.size("http.max_body")
          .byDefault("1MB")
          .range(1024, Integer.MAX_VALUE)
          .reloadable()
          .doc("Longest body of a request, decoded too, where the path has no limit of its own.");

  public static final ConfigKey MAX_UPLOAD =
      ROWS.size("http.max_upload")
          .byDefault("64MB")
          .range(1024, 1L << 40)
          .reloadable()
          .doc("Longest body of a request on any path, whatever limit that has.");

  public static final ConfigKey MAX_BODY_MEMORY =
      ROWS.size("http.max_body_memory")
          .byDefault("8MB")
          .range(1024, 1L << 40)
          .reloadable()
          .doc("What the bodies of all requests under way may take of the heap.");

  public static final ConfigKey TLS_CERT_FILE =
      ROWS.path("http.tls.cert_file")
          .reloadable()
          .doc("Certificate chain, PEM. With it, the HTTP port speaks `https` and `wss` only.");

  public static final ConfigKey TLS_KEY_FILE =
      ROWS.path("http.tls.key_file")
          .reloadable()
          .doc("Private key of that certificate, PEM, PKCS 8.");

  private HttpKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
