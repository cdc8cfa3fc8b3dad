package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.transport.loop.SocketDriver;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies over raw sockets: gates before them, limits on them, streams and encodings of them. */
final class HttpBodyIT {
  private static final int MIB = 1024 * 1024;
  private static final HttpConfig PATIENT =
      HttpConfig.of("127.0.0.1", 0).withTimes(60_000, 60_000, 60_000, 5_000);
  private static final String GET = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final EventLoopGroup group = SocketDriver.best().loops(1);
  private final AtomicInteger handled = new AtomicInteger();
  private final AtomicLong heldMax = new AtomicLong();
  private final Semaphore mayRead = new Semaphore(0);
  private final CountDownLatch waiting = new CountDownLatch(1);
  private HttpListener listener;

  @BeforeEach
  void start() {
    listener = listen(PATIENT);
  }

  private HttpListener listen(final HttpConfig config) {
    return HttpListener.start(
        config,
        group,
        List.of(
            Route.of("GET", "/", request -> text("root")),
            Route.of("GET", "/hello", request -> text("hello")),
            Route.of("POST", "/echo", this::echo),
            Route.of("POST", "/small", this::echo).bodyMax(10),
            Route.of("POST", "/large", this::length).bodyMax(2 * MIB),
            Route.of("POST", "/zip", this::length).bodyMax(4 * MIB).acceptsGzip(),
            Route.of("POST", "/guarded", this::echo).bodyMax(10).gate(HttpBodyIT::gate),
            Route.of("GET", "/guarded", request -> text(request.attachment(String.class)))
                .gate(HttpBodyIT::gate),
            Route.of("POST", "/pull", this::pull).bodyMax(100L * MIB).streamed().acceptsGzip(),
            Route.of("POST", "/guardedPull", this::pull).streamed().gate(HttpBodyIT::gate),
            Route.of("POST", "/ignore", request -> text("ignored")).streamed(),
            Route.of("POST", "/wait", this::waitThenPull).bodyMax(100L * MIB).streamed()),
        List.of());
  }

  @AfterEach
  void stop() throws Exception {
    mayRead.release(100);
    listener.close();
    assertEquals(0, listener.connectionCount());
    for (int i = 0; i < 1_000 && listener.reservedBytes() > 0; i++) {
      Thread.sleep(5);
    }
    assertEquals(0, listener.reservedBytes());
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldRefuseAtTheGateBeforeTheBodyIsRead() throws Exception {
    try (RawConnection client = connect()) {
      client.send(post("/guarded", "", "Content-Length: 500000000"));
      final String answer = client.rest();
      assertTrue(answer.startsWith("HTTP/1.1 401 "), answer);
      assertTrue(answer.contains("connection: close"), answer);
    }
    try (RawConnection client = connect()) {
      client.send(post("/guarded", "", "Content-Length: 5", "Expect: 100-continue"));
      assertTrue(client.rest().startsWith("HTTP/1.1 401 "));
    }
    try (RawConnection client = connect()) {
      client.send(post("/guardedPull", "", "Transfer-Encoding: chunked"));
      assertTrue(client.rest().startsWith("HTTP/1.1 401 "));
    }
    assertEquals(0, handled.get());
  }

  @Test
  void shouldKeepTheConnectionOfASmallBodyThatIsRefused() throws Exception {
    try (RawConnection client = connect()) {
      client.send(post("/guarded", "abc") + GET);
      assertTrue(client.response().startsWith("HTTP/1.1 401 "));
      assertTrue(client.response().endsWith("hello"));
      client.send(post("/nowhere", "", "Content-Length: 4"));
      assertTrue(client.response().startsWith("HTTP/1.1 404 "));
      client.send("ab");
      client.send("cd" + GET);
      assertTrue(client.response().endsWith("hello"));
    }
  }

  @Test
  void shouldHandOnWhatTheGateFound() throws Exception {
    try (RawConnection client = connect()) {
      client.send("GET /guarded HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n\r\n");
      assertTrue(client.response().endsWith("somebody"));
      client.send(post("/guarded", "", "Authorization: Bearer k", "Content-Length: 3") + "abc");
      assertTrue(client.response().endsWith("abc"));
      client.send(
          post("/guarded", "", "Authorization: Bearer k", "Content-Length: 3")
              .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n"));
      assertTrue(client.head().startsWith("HTTP/1.1 100 "));
      client.send("xyz");
      assertTrue(client.response().endsWith("xyz"));
      client.send("GET /guarded HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertTrue(client.response().startsWith("HTTP/1.1 401 "));
      client.send("HEAD /guarded HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET);
      assertTrue(client.head().startsWith("HTTP/1.1 401 "));
      assertTrue(client.response().endsWith("hello"));
    }
  }

  @Test
  void shouldLimitBodiesByRoute() throws Exception {
    assertEquals("413", status(post("/small", "x".repeat(11))));
    assertEquals("200", status(post("/small", "x".repeat(10))));
    assertEquals(
        "413", status(post("/small", "", "Transfer-Encoding: chunked") + "b\r\n01234567890\r\n"));
    assertEquals("413", status(post("/echo", "", "Content-Length: 1048577")));
    assertEquals("200", status(post("/large", "x".repeat(2 * MIB))));
    assertEquals("413", status(post("/large", "", "Content-Length: " + (2 * MIB + 1))));
    final HttpConfig bounded =
        PATIENT.withSizes(new HttpConfig.Sizes(8192, 32768, 1000, 2000, 8 * MIB));
    try (HttpListener small = listen(bounded);
        RawConnection client = new RawConnection(small.port())) {
      client.send(post("/pull", "", "Content-Length: 2001"));
      assertTrue(client.rest().startsWith("HTTP/1.1 413 "));
    }
  }

  @Test
  void shouldServeTheRootAndHeadOfEveryGet() throws Exception {
    try (RawConnection client = connect()) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertTrue(client.response().endsWith("root"));
      client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET);
      final String head = client.head();
      assertTrue(head.startsWith("HTTP/1.1 200 "));
      assertTrue(head.contains("content-length: 4"));
      assertTrue(client.response().endsWith("hello"));
    }
  }

  @Test
  void shouldStreamALargeUploadInLittleMemory() throws Exception {
    try (RawConnection client = connect()) {
      final int length = 64 * MIB;
      client.send(post("/pull", "", "Content-Length: " + length));
      final byte[] piece = new byte[MIB];
      for (int i = 0; i < length / MIB; i++) {
        client.send(piece);
      }
      assertTrue(client.response().endsWith("pulled=" + length));
      assertTrue(heldMax.get() <= 256 * 1024, "held=" + heldMax.get());
      client.send(GET);
      assertTrue(client.response().endsWith("hello"));
    }
  }

  @Test
  void shouldNotReadFasterThanTheHandler() throws Exception {
    try (RawConnection client = connect()) {
      client.send(post("/wait", "", "Content-Length: " + 64 * MIB));
      final Thread sender =
          Thread.startVirtualThread(
              () -> {
                try {
                  client.send(new byte[64 * MIB]);
                } catch (final IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertTrue(waiting.await(60, TimeUnit.SECONDS));
      assertFalse(sender.join(java.time.Duration.ofMillis(200)));
      assertTrue(listener.reservedBytes() <= 256 * 1024);
      mayRead.release();
      assertTrue(client.response().endsWith("pulled=" + 64 * MIB));
      sender.join();
    }
  }

  @Test
  void shouldStreamChunksAndAskForThemOnlyWhenPulled() throws Exception {
    try (RawConnection client = connect()) {
      client.send(post("/pull", "", "Transfer-Encoding: chunked", "Expect: 100-continue"));
      assertTrue(client.head().startsWith("HTTP/1.1 100 "));
      client.send("3\r\nabc\r\n");
      client.send("2\r\nde\r\n0\r\n\r\n" + GET);
      assertTrue(client.response().endsWith("pulled=5"));
      assertTrue(client.response().endsWith("hello"));
    }
    try (RawConnection client = connect()) {
      client.send(post("/ignore", "", "Content-Length: 100000", "Expect: 100-continue"));
      final String answer = client.rest();
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
      assertTrue(answer.endsWith("ignored"), answer);
    }
  }

  @Test
  void shouldEndAStreamThatGoesWrong() throws Exception {
    assertEquals("413", status(post("/pull", "", "Content-Length: " + 101L * MIB)));
    assertEquals("413", status(post("/ignore", "", "Content-Length: 1048577")));
    assertEquals(
        "400", status(post("/pull", "", "Transfer-Encoding: chunked") + "3\r\nabc\r\nzz\r\n"));
    try (HttpListener impatient = listen(PATIENT.withTimes(100, 60_000, 60_000, 5_000));
        RawConnection client = new RawConnection(impatient.port())) {
      client.send(post("/pull", "", "Content-Length: 100") + "abc");
      assertTrue(client.rest().startsWith("HTTP/1.1 408 "));
    }
    try (RawConnection client = connect()) {
      client.send(post("/pull", "", "Content-Length: 100") + "abc");
    }
  }

  @Test
  void shouldDecodeGzipWhereTheRouteTakesIt() throws Exception {
    final byte[] zipped = gzip(new byte[100_000]);
    for (final String path : List.of("/zip", "/pull")) {
      try (RawConnection client = connect()) {
        client.send(zipPost(path, "gzip", zipped));
        assertTrue(client.response().endsWith("=100000"), path);
        client.send(zipPost(path, "X-GZIP", concatenated(zipped, zipped)));
        assertTrue(client.response().endsWith("=200000"), path);
        client.send(zipPost(path, "identity", new byte[7]));
        assertTrue(client.response().endsWith("=7"), path);
        client.send(zipPost(path, "gzip", new byte[] {'n', 'o', 't', ' ', 'g', 'z'}));
        assertTrue(client.response().startsWith("HTTP/1.1 400 "), path);
        client.send(zipPost(path, "gzip", java.util.Arrays.copyOf(zipped, zipped.length - 9)));
        assertTrue(client.response().startsWith("HTTP/1.1 400 "), path);
        client.send(zipPost(path, "gzip", concatenated(zipped, "garbage".repeat(10).getBytes())));
        assertTrue(client.response().startsWith("HTTP/1.1 400 "), path);
      }
    }
    for (final String encoding : List.of("br", "gzip, gzip", "zstd", "deflate")) {
      assertEquals("415", status(zipPost("/zip", encoding, zipped)), encoding);
    }
    assertEquals("415", status(zipPost("/echo", "gzip", zipped)));
  }

  @Test
  void shouldStopBombs() throws Exception {
    final byte[] bomb = gzip(new byte[64 * MIB]);
    assertEquals("413", status(zipPost("/zip", "gzip", bomb)));
    assertEquals("413", status(zipPost("/pull", "gzip", bomb)));
    assertEquals("413", status(zipPost("/zip", "gzip", gzip(noise(4 * MIB + 1)))));
  }

  private static Gate.Verdict gate(final HttpRequestView request) {
    assertEquals(0, request.body().length);
    return request.header("Authorization").equals(java.util.Optional.of("Bearer k"))
        ? Gate.Verdict.admitted("somebody")
        : Gate.Verdict.refused(HttpResponse.of(401, "text/plain", new byte[] {'n', 'o'}));
  }

  private HttpResponse echo(final HttpRequestView request) {
    handled.incrementAndGet();
    return HttpResponse.of(200, "text/plain", request.body());
  }

  private HttpResponse length(final HttpRequestView request) {
    return text("length=" + request.body().length);
  }

  private HttpResponse pull(final HttpRequestView request) throws IOException {
    final byte[] buffer = new byte[10_000];
    long pulled = 0;
    try (InputStream body = request.bodyStream()) {
      for (int length = body.read(buffer); length >= 0; length = body.read(buffer)) {
        pulled += length;
        heldMax.accumulateAndGet(listener.reservedBytes(), Math::max);
      }
    }
    return text("pulled=" + pulled);
  }

  private HttpResponse waitThenPull(final HttpRequestView request) throws Exception {
    assertTrue(request.bodyStream().read() >= 0);
    waiting.countDown();
    mayRead.acquire();
    final long rest = request.bodyStream().transferTo(java.io.OutputStream.nullOutputStream());
    return text("pulled=" + (rest + 1));
  }

  private String status(final String request) throws IOException {
    return status(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  private String status(final byte[] request) throws IOException {
    try (RawConnection client = connect()) {
      client.send(request);
      return client.head().substring(9, 12);
    }
  }

  private static String post(final String path, final String body, final String... headers) {
    final StringBuilder text =
        new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (final String header : headers) {
      text.append(header).append("\r\n");
    }
    if (headers.length == 0) {
      text.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    return text.append("\r\n").append(body).toString();
  }

  private static byte[] zipPost(final String path, final String encoding, final byte[] body) {
    return concatenated(
        post(path, "", "Content-Encoding: " + encoding, "Content-Length: " + body.length)
            .getBytes(StandardCharsets.ISO_8859_1),
        body);
  }

  private static byte[] concatenated(final byte[] first, final byte[] second) {
    final ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  private static byte[] gzip(final byte[] plain) throws IOException {
    final ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(plain);
    }
    return zipped.toByteArray();
  }

  /** Compresses to about a quarter. */
  private static byte[] noise(final int length) {
    final byte[] noise = new byte[length];
    final java.util.Random random = new java.util.Random(7);
    for (int i = 0; i < length; i++) {
      noise[i] = (byte) (random.nextInt(4));
    }
    return noise;
  }

  private static HttpResponse text(final String text) {
    return HttpResponse.of(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  private RawConnection connect() throws IOException {
    return new RawConnection(listener.port());
  }
}
