package io.mothership.api.webhooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class WebhookCallerTest {
  private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

  @Test
  void shouldSendOneWholeRequest() throws Exception {
    final String[] seen = new String[1];
    assertEquals(204, call("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", seen));
    assertTrue(seen[0].startsWith("POST /in/?x=1 HTTP/1.1\r\nHost: 127.0.0.1:"), seen[0]);
    assertTrue(seen[0].contains("\r\nX-A: b\r\nContent-Length: 7\r\nConnection: close\r\n\r\n{"));
  }

  @Test
  void shouldNotFollowNorReadOn() throws Exception {
    assertEquals(302, call("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", null));
  }

  @Test
  void shouldRefuseWhatIsNoAnswer() {
    assertThrows(IOException.class, () -> call("", null));
    assertThrows(IOException.class, () -> call("SSH-2.0-x\r\n", null));
    assertThrows(IOException.class, () -> call("HTTP/1.1 " + "2".repeat(5_000), null));
  }

  @Test
  void shouldGiveUpOnASlowOne() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      final IOException e =
          assertThrows(
              IOException.class,
              () -> caller(true, Duration.ofMillis(200)).post(url(server), Map.of(), BODY));
      assertEquals("no answer within 200 ms", e.getMessage());
    }
  }

  @Test
  void shouldNotCallWhatIsInside() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThrows(
          IOException.class,
          () -> caller(false, Duration.ofSeconds(5)).post(url(server), Map.of(), BODY));
    }
  }

  @Test
  void shouldSignTimeAndBody() {
    // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac topsecret
    assertEquals(
        "t=1700000000,v1=6a939b0c71853d606167625a15168ee9188c6a511c773ef4f42d307f3849e50f",
        WebhookSignature.of("topsecret", 1_700_000_000L, BODY));
  }

  private static int call(final String answer, final String[] seen) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      final CompletableFuture<String> request =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket socket = server.accept()) {
                  final byte[] buffer = new byte[4_096];
                  int length = 0;
                  while (!new String(buffer, 0, length, StandardCharsets.UTF_8).endsWith("}")) {
                    length += socket.getInputStream().read(buffer, length, buffer.length - length);
                  }
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  return new String(buffer, 0, length, StandardCharsets.UTF_8);
                } catch (final IOException e) {
                  throw new AssertionError(e);
                }
              });
      final int status =
          caller(true, Duration.ofSeconds(10)).post(url(server), Map.of("X-A", "b"), BODY);
      if (seen != null) {
        seen[0] = request.get();
      }
      return status;
    }
  }

  private static WebhookCaller caller(final boolean isPrivateAllowed, final Duration limit) {
    return new WebhookCaller(new WebhookTargets(isPrivateAllowed), limit);
  }

  private static URI url(final ServerSocket server) {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/in/?x=1");
  }
}
