package io.mothership.config;

import java.util.List;

/** TLS of the NATS listener. */
public final class TlsKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey CERT_FILE =
      ROWS.path("tls.cert_file")
          .alias("tls.cert")
          .reloadable()
          .doc("Certificate chain, PEM. With it, NATS clients have to use TLS.");

  public static final ConfigKey KEY_FILE =
      ROWS.path("tls.key_file")
          .alias("tls.key")
          .reloadable()
          .doc("Private key of the certificate, PEM, PKCS 8.");

  public static final ConfigKey CA_FILE =
      ROWS.path("tls.ca_file").reloadable().doc("Certificates that clients' ones are checked by.");

  public static final ConfigKey VERIFY =
      ROWS.flag("tls.verify")
          .byDefault("false")
          .reloadable()
          .doc("Clients must show a certificate.");

  public static final ConfigKey TIMEOUT =
      ROWS.duration("tls.timeout")
          .byDefault("2s")
          .range(1_000_000L, 60_000_000_000L)
          .reloadable()
          .doc("How long a TLS handshake may take.");

  private TlsKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
