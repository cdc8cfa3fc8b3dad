package io.mothership.transport.ws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.metrics.MetricsText;
import io.mothership.transport.http.HttpConfig;
import io.mothership.transport.http.HttpListener;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.RawConnection;
import io.mothership.transport.loop.SocketDriver;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** WebSocket frames over raw sockets. */
final class WebSocketHeadIT {
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final EventLoopGroup group = SocketDriver.best().loops(1);
  private final CountDownLatch sessionEnded = new CountDownLatch(1);
  private final WebSocketConfig config = new WebSocketConfig(1024, 50, 60_000);
  private final WebSocketConfig impatient = new WebSocketConfig(1024, 50, 400);
  private final List<WebSocketRoute> routes =
      List.of(
          new WebSocketRoute(
              "/talk",
              config,
              request ->
                  request.query("in").isEmpty()
                      ? new WebSocketHandler.Opening.Refused(HttpResponse.empty(403))
                      : new WebSocketHandler.Opening.Accepted("", this::talk)),
          new WebSocketRoute(
              "/impatient",
              impatient,
              request -> new WebSocketHandler.Opening.Accepted("", this::talk)),
          new WebSocketRoute(
              "/short",
              config,
              request ->
                  new WebSocketHandler.Opening.Accepted(
                      "", peer -> peer.send("bye".getBytes(StandardCharsets.US_ASCII)))),
          new WebSocketRoute(
              "/broken",
              config,
              request ->
                  new WebSocketHandler.Opening.Accepted(
                      "",
                      peer -> {
                        throw new IllegalStateException("planted");
                      })));
  private HttpListener listener;

  @BeforeEach
  void start() {
    listener =
        HttpListener.start(
            HttpConfig.of("127.0.0.1", 0).withTimes(60_000, 60_000, 60_000, 5_000),
            group,
            List.of(),
            routes);
  }

  @AfterEach
  void stop() {
    listener.close();
    assertEquals(0, listener.connectionCount());
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void talk(final WebSocketPeer peer) throws IOException, InterruptedException {
    try {
      peer.send("hello".getBytes(StandardCharsets.US_ASCII));
      Thread.sleep(TimeUnit.MINUTES.toMillis(5));
    } finally {
      sessionEnded.countDown();
    }
  }

  @Test
  void shouldShakeHandsAndTalk() throws Exception {
    try (RawConnection client = open("/talk?in=1")) {
      assertEquals("hello", new String(next(client, TEXT), StandardCharsets.US_ASCII));
      client.send(frame(PING, true, "abc".getBytes(StandardCharsets.US_ASCII)));
      assertArrayEquals("abc".getBytes(StandardCharsets.US_ASCII), next(client, PONG));
      client.send(frame(TEXT, true, new byte[] {'x'}));
      client.send(frame(CLOSE, true, new byte[] {3, (byte) 0xE8}));
      assertArrayEquals(new byte[] {3, (byte) 0xE8}, next(client, CLOSE));
      assertTrue(sessionEnded.await(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldRefuseAHandshakeWithTheHandlersAnswer() throws Exception {
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(handshake("/talk", "13"));
      assertTrue(client.response().startsWith("HTTP/1.1 403 "));
      client.send(handshake("/talk?in=1", "12"));
      final String answer = client.response();
      assertTrue(answer.startsWith("HTTP/1.1 426 "));
      assertTrue(answer.contains("Sec-WebSocket-Version: 13"));
      client.send("POST /talk HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertTrue(client.response().startsWith("HTTP/1.1 405 "));
    }
  }

  @Test
  void shouldRefuseForeignPages() throws Exception {
    for (final String origin :
        List.of("http://evil.example", "null", "http://127.0.0.1.evil.example")) {
      try (RawConnection client = new RawConnection(listener.port())) {
        client.send(
            handshake("/talk?in=1", "13")
                .replace("\r\n\r\n", "\r\nOrigin: " + origin + "\r\n\r\n"));
        assertTrue(client.head().startsWith("HTTP/1.1 403 "), origin);
      }
    }
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(handshake("/talk?in=1", "13").replace("Host: localhost", "Host: evil.example"));
      assertTrue(client.head().startsWith("HTTP/1.1 403 "));
    }
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(
          handshake("/talk?in=1", "13")
              .replace("\r\n\r\n", "\r\nOrigin: http://localhost:5173\r\n\r\n"));
      assertTrue(client.head().startsWith("HTTP/1.1 101 "));
    }
  }

  @Test
  void shouldCountSessionsAndWhyTheyEnded() throws Exception {
    try (RawConnection client = open("/short")) {
      next(client, CLOSE);
      client.send(frame(CLOSE, true, new byte[] {3, (byte) 0xE8}));
      client.rest();
    }
    closeCode(frame(BINARY, true, new byte[] {1}));
    try (RawConnection client = open("/talk?in=1")) {
      client.send(frame(TEXT, true, new byte[] {'x', 'y'}));
      client.send(frame(CLOSE, true, new byte[] {3, (byte) 0xE8}));
      client.rest();
    }
    listener.close();
    final MetricsText text = new MetricsText();
    new WebSocketMetrics(routes).write(text);
    final String page = new String(text.bytes(), StandardCharsets.UTF_8);
    for (final String line :
        List.of(
            "sessions{route=\"/talk\"} 0",
            "sessions_total{route=\"/talk\"} 2",
            "sent_messages_total{route=\"/short\"} 1",
            "sent_bytes_total{route=\"/short\"} 3",
            "received_messages_total{route=\"/talk\"} 1",
            "received_bytes_total{route=\"/talk\"} 2",
            "ends_total{route=\"/short\",reason=\"normal\"} 1",
            "ends_total{route=\"/talk\",reason=\"binary_unsupported\"} 1",
            "ends_total{route=\"/talk\",reason=\"client\"} 1")) {
      assertTrue(page.contains("mothership_websocket_" + line + "\n"), line + "\n" + page);
    }
  }

  @Test
  void shouldEndWithTheCodeOfWhatWasWrong() throws Exception {
    assertEquals(1009, closeCode(frame(TEXT, true, new byte[2000])));
    assertEquals(1002, closeCode(frame(TEXT, false, new byte[] {'x'})));
    assertEquals(1002, closeCode(frame(5, true, new byte[0])));
    assertEquals(1003, closeCode(frame(BINARY, true, new byte[] {1})));
    assertEquals(1007, closeCode(frame(TEXT, true, new byte[] {(byte) 0xC3, 0x28})));
  }

  @Test
  void shouldEndWhenTheSessionDoes() throws Exception {
    try (RawConnection client = open("/short")) {
      assertEquals("bye", new String(next(client, TEXT), StandardCharsets.US_ASCII));
      assertEquals(1000, code(next(client, CLOSE)));
    }
    try (RawConnection client = open("/broken")) {
      assertEquals(1011, code(next(client, CLOSE)));
    }
  }

  @Test
  void shouldPingAndGiveUpOnASilentClient() throws Exception {
    try (RawConnection client = open("/impatient")) {
      next(client, PING);
      // From here on nothing is answered.
      client.rest();
      assertTrue(sessionEnded.await(60, TimeUnit.SECONDS));
    }
  }

  private int closeCode(final byte[] wrongFrame) throws IOException {
    try (RawConnection client = open("/talk?in=1")) {
      client.send(wrongFrame);
      return code(next(client, CLOSE));
    }
  }

  private static int code(final byte[] close) {
    return (close[0] & 0xFF) << 8 | close[1] & 0xFF;
  }

  private RawConnection open(final String target) throws IOException {
    final RawConnection client = new RawConnection(listener.port());
    client.send(handshake(target, "13"));
    final String answer = client.head();
    assertTrue(answer.startsWith("HTTP/1.1 101 "), answer);
    // The example of RFC 6455, section 1.3.
    assertTrue(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), answer);
    return client;
  }

  private static String handshake(final String target, final String version) {
    return "GET "
        + target
        + " HTTP/1.1\r\n"
        + "Host: localhost\r\n"
        + "Connection: keep-alive, Upgrade\r\n"
        + "Upgrade: websocket\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Version: "
        + version
        + "\r\n\r\n";
  }

  private static byte[] frame(final int opcode, final boolean isMasked, final byte[] payload) {
    final ByteArrayOutputStream frame = new ByteArrayOutputStream();
    final int maskBit = isMasked ? 0x80 : 0;
    frame.write(0x80 | opcode);
    if (payload.length < 126) {
      frame.write(maskBit | payload.length);
    } else {
      frame.write(maskBit | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    final byte[] mask = {1, 2, 3, 4};
    if (isMasked) {
      frame.writeBytes(mask);
    }
    for (int i = 0; i < payload.length; i++) {
      frame.write(isMasked ? payload[i] ^ mask[i % 4] : payload[i]);
    }
    return frame.toByteArray();
  }

  /** The payload of the next frame of this kind; others are passed over. */
  private static byte[] next(final RawConnection client, final int opcode) throws IOException {
    while (true) {
      final byte[] head = client.read(2);
      if (head.length < 2) {
        throw new IOException("closed");
      }
      int length = head[1] & 0x7F;
      if (length == 126) {
        final byte[] more = client.read(2);
        length = (more[0] & 0xFF) << 8 | more[1] & 0xFF;
      }
      final byte[] payload = client.read(length);
      if ((head[0] & 0x0F) == opcode) {
        return payload;
      }
    }
  }
}
