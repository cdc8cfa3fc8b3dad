package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.CertificateFiles;
import io.mothership.dispatch.Threading;
import io.mothership.error.MothershipException;
import io.mothership.transport.tls.TlsConfig;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The upgrade to TLS behind INFO. */
@SuppressWarnings("try")
final class NatsTlsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir private static Path folder;
  private static TlsConfig tls;
  private TcpBroker broker;

  @BeforeAll
  static void makeFiles() throws Exception {
    final CertificateFiles files = CertificateFiles.make(folder);
    tls = new TlsConfig(files.certificate(), files.key());
  }

  @BeforeEach
  void open() {
    broker = new TcpBroker(new NatsConfig().tls(Optional.of(tls.open())), Threading.SHARED);
  }

  @AfterEach
  void close() {
    broker.close();
  }

  @Test
  void shouldServeClientsThatUpgrade() throws Exception {
    final Options options =
        new Options.Builder()
            .server("nats://127.0.0.1:" + broker.port())
            .opentls()
            .connectionTimeout(PATIENCE)
            .build();
    final byte[] payload = new byte[300_000];
    new Random(3).nextBytes(payload);
    try (Connection client = Nats.connect(options)) {
      assertTrue(client.getServerInfo().isTLSRequired());
      final Subscription subscription = client.subscribe("a");
      for (int i = 0; i < 50; i++) {
        client.publish("a", payload);
      }
      for (int i = 0; i < 50; i++) {
        assertArrayEquals(payload, subscription.nextMessage(PATIENCE).getData());
      }
    }
  }

  @Test
  void shouldDropClientsThatDoNot() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", broker.port())) {
      socket.getOutputStream().write("CONNECT {}\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII));
      final InputStream in = socket.getInputStream();
      final StringBuilder received = new StringBuilder();
      for (int letter = in.read(); letter >= 0; letter = in.read()) {
        received.append((char) letter);
      }
      assertTrue(received.toString().startsWith("INFO {"));
      assertEquals(-1, received.indexOf("PONG"));
      broker.close();
      assertEquals(1, broker.listener().counters().errors(NatsErrors.TLS_FAILED));
    }
  }

  @Test
  void shouldNameFilesThatCannotBeUsed() {
    final MothershipException refused =
        assertThrows(
            MothershipException.class,
            () -> new TlsConfig(folder.resolve("no.pem"), folder.resolve("no.key")).open());
    assertEquals("TLS_FILES", refused.code());
    assertTrue(refused.getMessage().contains("no.pem"), refused::getMessage);
  }
}
