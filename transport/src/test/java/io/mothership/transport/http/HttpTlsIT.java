package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.CertificateFiles;
import io.mothership.transport.loop.SocketDriver;
import io.mothership.transport.tls.TlsConfig;
import io.mothership.transport.ws.WebSocketConfig;
import io.mothership.transport.ws.WebSocketHandler;
import io.mothership.transport.ws.WebSocketRoute;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP and WebSockets over TLS, and another certificate while it runs. */
final class HttpTlsIT {
  @TempDir private Path folder;

  private final EventLoopGroup group = SocketDriver.best().loops(1);
  private CertificateFiles files;
  private HttpConfig config;
  private HttpListener listener;

  @BeforeEach
  void start() throws Exception {
    files = CertificateFiles.make(folder);
    config =
        HttpConfig.of("127.0.0.1", 0)
            .withTimes(60_000, 60_000, 60_000, 5_000)
            .withTls(Optional.of(new TlsConfig(files.certificate(), files.key()).open("http/1.1")));
    listener =
        HttpListener.start(
            config,
            group,
            List.of(
                Route.of(
                        "POST",
                        "/echo",
                        request -> HttpResponse.of(200, "x/y", request.bodyStream().readAllBytes()))
                    .streamed()),
            List.of(
                new WebSocketRoute(
                    "/talk",
                    WebSocketConfig.standard(),
                    request ->
                        new WebSocketHandler.Opening.Accepted(
                            "", peer -> peer.send(new byte[] {'h', 'i'})))));
  }

  @AfterEach
  void stop() {
    listener.close();
    assertEquals(0, listener.connectionCount());
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldServeOverTls() throws Exception {
    try (SSLSocket client = connect("h2", "http/1.1")) {
      assertEquals("http/1.1", client.getApplicationProtocol());
      final String body = "x".repeat(900_000);
      send(
          client,
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 900000"
              + "\r\n\r\n"
              + body);
      final String answer = rest(client);
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer.substring(0, 100));
      assertTrue(answer.endsWith(body));
    }
  }

  @Test
  void shouldUpgradeOverTls() throws Exception {
    try (SSLSocket client = connect()) {
      send(
          client,
          "GET /talk HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
      final StringBuilder seen = new StringBuilder();
      while (seen.indexOf("\u0081\u0002hi") < 0) {
        final int next = client.getInputStream().read();
        assertTrue(next >= 0, seen.toString());
        seen.append((char) next);
      }
      assertTrue(seen.toString().startsWith("HTTP/1.1 101 "), seen.toString());
    }
  }

  @Test
  void shouldShowTheNewCertificateAfterAReload() throws Exception {
    final byte[] before = certificate();
    final CertificateFiles others =
        CertificateFiles.make(Files.createDirectory(folder.resolve("other")));
    listener.reconfigure(
        config.withTls(
            Optional.of(new TlsConfig(others.certificate(), others.key()).open("http/1.1"))));
    assertFalse(java.util.Arrays.equals(before, certificate()));
  }

  @Test
  void shouldCountWhoDoesNotSpeakTls() throws Exception {
    try (RawConnection plain = new RawConnection(listener.port())) {
      plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertFalse(plain.rest().contains("HTTP"));
    }
    assertEquals(1, listener.refusalCount(HttpErrors.TLS_FAILED));
    assertEquals(0, listener.refusalCount(HttpErrors.INTERNAL));
  }

  private byte[] certificate() throws Exception {
    try (SSLSocket client = connect()) {
      return client.getSession().getPeerCertificates()[0].getEncoded();
    }
  }

  private SSLSocket connect(final String... protocols) throws Exception {
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Trusting()}, null);
    final SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", listener.port());
    socket.setSoTimeout(60_000);
    final SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static void send(final SSLSocket client, final String text) throws IOException {
    final OutputStream out = client.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static String rest(final SSLSocket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Which certificate it is, the tests look at themselves. */
  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String type) {}

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
