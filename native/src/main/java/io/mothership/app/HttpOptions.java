package io.mothership.app;

import io.mothership.config.HttpKeys;
import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.error.MothershipException;
import io.mothership.transport.http.HttpConfig;
import io.mothership.transport.http.OriginPolicy;
import io.mothership.transport.tls.TlsConfig;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The configuration as the HTTP listeners want it. */
final class HttpOptions {
  private HttpOptions() {}

  /**
   * The listener of API, feed and dashboard.
   *
   * @throws MothershipException {@code TLS_FILES} naming the files and what is wrong
   */
  static HttpConfig http(final MothershipConfig config) {
    final HttpConfig standard =
        HttpConfig.of(config.text(HttpKeys.HOST), config.integer(HttpKeys.PORT));
    return standard
        .withSizes(
            new HttpConfig.Sizes(
                standard.sizes().lineBytesMax(),
                standard.sizes().headerBytesMax(),
                config.integer(HttpKeys.MAX_BODY),
                config.number(HttpKeys.MAX_UPLOAD),
                config.number(HttpKeys.MAX_BODY_MEMORY)))
        .withConnections(
            config.integer(HttpKeys.MAX_CONNECTIONS),
            config.integer(HttpKeys.MAX_CONNECTIONS_PER_ADDRESS))
        .withOrigins(new OriginPolicy(origins(config), hosts(config)))
        .withTls(tls(config))
        .withRemedy("use --http HOST:PORT");
  }

  /** The monitoring listener. */
  static HttpConfig monitor(final MothershipConfig config) {
    return HttpConfig.of(config.text(MonitorKeys.HOST), config.integer(MonitorKeys.PORT))
        .withOrigins(new OriginPolicy(List.of(), hosts(config)))
        .withRemedy("use -m PORT");
  }

  private static Optional<SslContext> tls(final MothershipConfig config) {
    return config
        .path(HttpKeys.TLS_CERT_FILE)
        .map(
            certificate ->
                new TlsConfig(certificate, Path.of(config.text(HttpKeys.TLS_KEY_FILE)))
                    .open("http/1.1"));
  }

  private static List<String> origins(final MothershipConfig config) {
    return words(config.text(HttpKeys.CORS_ORIGINS)).stream()
        .map(origin -> origin.endsWith("/") ? origin.substring(0, origin.length() - 1) : origin)
        .toList();
  }

  private static List<String> hosts(final MothershipConfig config) {
    return words(config.text(HttpKeys.HOSTS));
  }

  private static List<String> words(final String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[,\\s]+"))
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
