package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.CertificateFiles;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS from the configuration to a client that checks the server's certificate. */
final class TlsClientsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir private static Path folder;
  private static CertificateFiles files;
  private static ApplianceProcess appliance;

  @BeforeAll
  static void startServer() throws Exception {
    files = CertificateFiles.make(folder);
    appliance =
        ApplianceProcess.start(
            folder,
            "--set",
            "tls.cert_file=" + files.certificate(),
            "--set",
            "tls.key_file=" + files.key());
  }

  @AfterAll
  static void stopServer() throws InterruptedException {
    assertEquals(0, appliance.stop());
    appliance.close();
  }

  private static SSLContext trusting(final Path certificate) throws Exception {
    final KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
    known.load(null, null);
    try (var in = Files.newInputStream(certificate)) {
      known.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    final TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(known);
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void shouldKeepWhatComesEncrypted() throws Exception {
    final Options options =
        new Options.Builder()
            .server(appliance.natsUrl())
            .sslContext(trusting(files.certificate()))
            .connectionTimeout(PATIENCE)
            .build();
    final byte[] payload = new byte[200_000];
    new Random(1).nextBytes(payload);
    try (Connection client = Nats.connect(options)) {
      assertTrue(client.getServerInfo().isTLSRequired());
      final long sequence =
          client.jetStream().publish("constellation.events.tls.note", payload).getSeqno();
      assertArrayEquals(
          payload,
          client.jetStreamManagement().getMessage("CONSTELLATION_EVENTS", sequence).getData());
    }
  }

  @Test
  void shouldNotBeReachedWithoutTls() {
    final Options options =
        new Options.Builder()
            .server(appliance.natsUrl())
            .maxReconnects(0)
            .connectionTimeout(PATIENCE)
            .build();
    assertThrows(IOException.class, () -> Nats.connect(options));
  }
}
