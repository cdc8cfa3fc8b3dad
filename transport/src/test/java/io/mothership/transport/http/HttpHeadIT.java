package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.metrics.MetricsText;
import io.mothership.transport.loop.SocketDriver;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The HTTP head over raw sockets: what clients do wrong, and what they may do. */
final class HttpHeadIT {
  private static final String GET_HELLO = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String CORS_AND_END = "access-control-allow-origin: *";

  private static final HttpConfig PATIENT =
      HttpConfig.of("127.0.0.1", 0).withTimes(60_000, 60_000, 60_000, 5_000);

  private final EventLoopGroup group = SocketDriver.best().loops(1);
  private final Semaphore slowMayAnswer = new Semaphore(0);
  private final CountDownLatch slowStarted = new CountDownLatch(1);
  private final AtomicLong streamed = new AtomicLong();
  private final AtomicBoolean streamFailed = new AtomicBoolean();
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
            new Route("GET", "/hello", request -> text("hello " + request.query("name"))),
            new Route("POST", "/echo", request -> HttpResponse.of(200, "x/y", request.body())),
            new Route("GET", "/at/{id}", request -> text(request.pathParameter("id"))),
            new Route("GET", "/at/here", request -> text("literal")),
            new Route(Route.ANY_METHOD, "/any", request -> text(request.method())),
            new Route("GET", "/slow", this::slow),
            new Route("GET", "/fail", HttpHeadIT::fail),
            Route.of("POST", "/worded", request -> text("worded"))
                .bodyMax(8)
                .refusals(
                    (reason, request) ->
                        HttpResponse.of(
                            reason.status(),
                            "text/plain",
                            (reason + " on " + request.path()).getBytes(StandardCharsets.UTF_8))),
            new Route("GET", "/lines", request -> stream(1_000)),
            new Route("GET", "/endless", request -> stream(Long.MAX_VALUE))),
        List.of());
  }

  @AfterEach
  void stop() {
    slowMayAnswer.release(100);
    listener.close();
    assertEquals(0, listener.connectionCount());
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldAnswerPipelinedRequestsInOrder() throws Exception {
    try (RawConnection client = connect()) {
      client.send(
          "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + GET_HELLO
              + "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
              + "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "GET /at/last HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertTrue(slowStarted.await(60, TimeUnit.SECONDS));
      slowMayAnswer.release();
      assertTrue(client.response().endsWith("slow"));
      assertTrue(client.response().endsWith("hello "));
      assertTrue(client.response().endsWith("abc"));
      assertTrue(client.response().endsWith("404 page not found\n"));
      assertTrue(client.response().endsWith("last"));
    }
  }

  @Test
  void shouldUnderstandARequestInAnyPieces() throws Exception {
    final String request =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde";
    try (RawConnection client = connect()) {
      for (final char c : request.toCharArray()) {
        client.send(String.valueOf(c));
      }
      assertTrue(client.response().endsWith("abcde"));
      for (int split = 1; split < request.length(); split++) {
        client.send(request.substring(0, split));
        client.send(request.substring(split));
        assertTrue(client.response().endsWith("abcde"));
      }
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
      assertTrue(client.response().endsWith("abcde"));
    }
  }

  @Test
  void shouldRefuseWhatIsNoRequest() throws Exception {
    final Map<String, String> cases =
        Map.of(
            "nonsense\r\n\r\n",
            "400",
            "GET /hello HTTP/1.1\r\n\r\n",
            "400",
            "GET /hello HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
            "400",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "505",
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
            "400",
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
            "400",
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "400",
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n",
            "417",
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n",
            "413",
            "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "431");
    for (final Map.Entry<String, String> wrong : cases.entrySet()) {
      try (RawConnection client = connect()) {
        client.send(wrong.getKey());
        final String answer = client.rest();
        final String name = wrong.getKey().substring(0, Math.min(60, wrong.getKey().length()));
        assertTrue(answer.startsWith("HTTP/1.1 " + wrong.getValue()), name + ": " + answer);
        assertTrue(answer.toLowerCase().contains(CORS_AND_END), answer);
        assertTrue(answer.contains("{\"success\":false,\"error\":{\"code\":\""), answer);
        assertFalse(answer.contains("<reset>"), name);
      }
    }
    assertStillServes();
  }

  @Test
  void shouldRefuseAMegabyteOfHeaders() throws Exception {
    for (final String header : List.of("x".repeat(1024 * 1024), "x\r\nA: b".repeat(200_000))) {
      try (RawConnection client = connect()) {
        client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nBig: ");
        assertThrowsOrSends(client, header);
        assertTrue(client.rest().startsWith("HTTP/1.1 431 "));
      }
    }
    assertEquals(2, listener.refusalCount(HttpErrors.HEADERS_TOO_LARGE));
    assertStillServes();
  }

  @Test
  void shouldRefuseABodyThatGrowsTooLarge() throws Exception {
    try (RawConnection client = connect()) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      final String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
      for (int i = 0; i < 17; i++) {
        assertThrowsOrSends(client, chunk);
      }
      assertTrue(client.rest().startsWith("HTTP/1.1 413 "));
    }
    try (RawConnection client = connect()) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n");
      client.send("y".repeat(1024 * 1024));
      assertTrue(client.response().endsWith("yyy"));
    }
  }

  @Test
  void shouldRefuseBrokenTargets() throws Exception {
    for (final String target : List.of("/at/%zz", "/at/%", "/hello?name=%g1")) {
      try (RawConnection client = connect()) {
        client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertTrue(client.response().startsWith("HTTP/1.1 400 "), target);
        client.send(GET_HELLO);
        assertTrue(client.response().startsWith("HTTP/1.1 200 "));
      }
    }
  }

  @Test
  void shouldFindRoutes() throws Exception {
    try (RawConnection client = connect()) {
      assertEquals("literal", body(client, "GET", "/at/here"));
      assertEquals("a/b c+d\u00e9", body(client, "GET", "/at/a%2Fb%20c+d%C3%A9"));
      assertEquals("hello a b", body(client, "GET", "/hello?name=a+b&name=c"));
      assertEquals("hello ", body(client, "GET", "http://somewhere/hello"));
      assertEquals("TRACE", body(client, "TRACE", "/any"));
      assertEquals("404 page not found\n", body(client, "GET", "/at/"));
      assertEquals("404 page not found\n", body(client, "GET", "/at/a/b"));
      assertEquals("404 page not found\n", body(client, "GET", "*"));
      client.send("DELETE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
      final String refused = client.response();
      assertTrue(refused.startsWith("HTTP/1.1 405 "));
      assertTrue(refused.contains("Allow: GET, HEAD, OPTIONS"));
      client.send("HEAD /any HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET_HELLO);
      assertTrue(client.head().contains("content-length: 4\r\n"));
      assertTrue(client.response().endsWith("hello "));
    }
  }

  @Test
  void shouldKeepOrCloseTheConnectionAsAsked() throws Exception {
    try (RawConnection client = connect()) {
      client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      final String answer = client.rest();
      assertTrue(answer.endsWith("hello "));
      assertTrue(answer.contains("connection: close\r\n"));
    }
    try (RawConnection client = connect()) {
      client.send("GET /hello HTTP/1.0\r\n\r\n");
      assertTrue(client.rest().endsWith("hello "));
    }
    try (RawConnection client = connect()) {
      client.send("GET /lines HTTP/1.0\r\n\r\n");
      final String answer = client.rest();
      assertFalse(answer.contains("chunked"));
      assertEquals(1_000, answer.split("\r\n\r\n")[1].lines().count());
    }
    try (RawConnection client = connect()) {
      client.send(
          "POST /echo HTTP/1.1\r\n"
              + "Host: localhost\r\n"
              + "Expect: 100-continue\r\n"
              + "Content-Length: 1\r\n\r\n");
      assertTrue(client.head().startsWith("HTTP/1.1 100 Continue"));
      client.send("z");
      assertTrue(client.response().endsWith("z"));
    }
  }

  @Test
  void shouldAnswerAFailureAndLiveOn() throws Exception {
    try (RawConnection client = connect()) {
      client.send("GET /fail HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET_HELLO);
      final String failed = client.response();
      assertTrue(failed.startsWith("HTTP/1.1 500 "));
      assertFalse(failed.contains("secret"));
      assertTrue(client.response().endsWith("hello "));
    }
  }

  @Test
  void shouldStreamInChunks() throws Exception {
    try (RawConnection client = connect()) {
      client.send("GET /lines HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertTrue(client.head().contains("transfer-encoding: chunked"));
      assertTrue(client.rest().endsWith("\r\n0\r\n\r\n"));
    }
  }

  @Test
  void shouldCutAClientThatDoesNotRead() throws Exception {
    try (HttpListener impatient =
            listen(HttpConfig.of("127.0.0.1", 0).withTimes(60_000, 300, 60_000, 5_000));
        RawConnection client = new RawConnection(impatient.port())) {
      client.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await(streamFailed::get);
      final long produced = streamed.get();
      assertTrue(produced < 64L * 1024 * 1024, "produced=" + produced);
      await(() -> impatient.refusalCount(HttpErrors.WRITE_STALLED) == 1);
    }
    assertStillServes();
  }

  @Test
  void shouldNotWaitForEverForARequest() throws Exception {
    try (HttpListener impatient =
            listen(HttpConfig.of("127.0.0.1", 0).withTimes(100, 60_000, 60_000, 5_000));
        RawConnection half = new RawConnection(impatient.port());
        RawConnection noBody = new RawConnection(impatient.port())) {
      half.send("GET /hello HTT");
      noBody.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab");
      assertTrue(half.rest().startsWith("HTTP/1.1 408 "));
      assertTrue(noBody.rest().startsWith("HTTP/1.1 408 "));
      assertEquals(2, impatient.refusalCount(HttpErrors.READ_TIMEOUT));
    }
    try (HttpListener impatient =
            listen(HttpConfig.of("127.0.0.1", 0).withTimes(60_000, 60_000, 100, 5_000));
        RawConnection idle = new RawConnection(impatient.port())) {
      assertEquals("", idle.rest());
      assertEquals(1, impatient.refusalCount(HttpErrors.IDLE));
    }
  }

  @Test
  void shouldRefuseConnectionsAboveTheLimitWhenAllAreBusy() throws Exception {
    final HttpConfig one = PATIENT.withConnections(1, 1);
    try (HttpListener small = listen(one);
        RawConnection first = new RawConnection(small.port());
        RawConnection second = new RawConnection(small.port())) {
      // The second has the place that is kept for this machine.
      first.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
      second.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await(() -> slowMayAnswer.getQueueLength() == 2);
      try (RawConnection third = new RawConnection(small.port())) {
        assertTrue(third.rest().startsWith("HTTP/1.1 503 "));
      }
      slowMayAnswer.release(2);
      assertTrue(first.response().endsWith("slow"));
      assertTrue(second.response().endsWith("slow"));
    }
  }

  @Test
  void shouldServeWhoSpeaksWhileOthersAreSlow() throws Exception {
    final List<RawConnection> slow = new ArrayList<>();
    try (HttpListener small = listen(PATIENT.withConnections(20, 5))) {
      for (int i = 0; i < 300; i++) {
        final RawConnection attacker = new RawConnection(small.port());
        slow.add(attacker);
        attacker.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        if (i % 10 == 0) {
          assertStillServes(small.port());
        }
      }
      await(() -> small.connectionCount() <= 21);
      await(() -> small.refusalCount(HttpErrors.EVICTED) >= 279);
      assertEquals(0, small.refusalCount(HttpErrors.CONNECTIONS_MAX));
    } finally {
      for (final RawConnection attacker : slow) {
        attacker.close();
      }
    }
  }

  @Test
  void shouldRefuseWhatCanBeReadInTwoWays() throws Exception {
    final String chunked = "Transfer-Encoding: chunked\r\n";
    final List<String> heads =
        List.of(
            "Content-Length: 4\r\n" + chunked,
            chunked + "Content-Length: 4\r\n",
            "Content-Length: 4\r\nContent-Length: 5\r\n",
            "Content-Length: 4, 5\r\n",
            "Content-Length: +4\r\n",
            "Content-Length: 0x4\r\n",
            "Content-Length : 4\r\n",
            "Transfer-Encoding: gzip, chunked, identity\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding:\u000bchunked\r\n",
            "Host: other\r\n");
    for (final String head : heads) {
      try (RawConnection client = connect()) {
        client.send(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n0\r\n\r\n" + GET_HELLO);
        final String answer = client.rest();
        assertTrue(answer.startsWith("HTTP/1.1 4"), head + answer);
        assertFalse(answer.contains("hello "), head + answer);
      }
    }
    assertStillServes();
  }

  @Test
  void shouldBoundWhatComesAroundChunks() throws Exception {
    final String head =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    final Map<String, String> cases =
        Map.of(
            "1;" + "x".repeat(1024 * 1024),
            "extension",
            "000000000000000000000000000000000000001\r\na\r\n0\r\n\r\n",
            "zeros",
            "fffffffffffffffff\r\n",
            "number",
            "-1\r\n",
            "negative",
            "0\r\n" + "a: b\r\n".repeat(100_000),
            "trailers");
    for (final Map.Entry<String, String> wrong : cases.entrySet()) {
      try (RawConnection client = connect()) {
        client.send(head);
        assertThrowsOrSends(client, wrong.getKey());
        final String answer = client.rest();
        assertTrue(answer.startsWith("HTTP/1.1 4") || wrong.getValue().equals("zeros"), answer);
      }
    }
    assertStillServes();
  }

  @Test
  void shouldKeepForeignPagesOut() throws Exception {
    try (RawConnection client = connect()) {
      client.send("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n");
      final String answer = client.rest();
      assertTrue(answer.startsWith("HTTP/1.1 403 "), answer);
      assertFalse(answer.toLowerCase().contains("access-control"), answer);
    }
    try (RawConnection client = connect()) {
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
              + "Content-Length: 1\r\n\r\nx");
      assertTrue(client.response().startsWith("HTTP/1.1 403 "));
      client.send(
          "OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
              + "Access-Control-Request-Method: POST\r\n"
              + "Access-Control-Request-Headers: authorization\r\n\r\n");
      final String preflight = client.response();
      assertTrue(preflight.startsWith("HTTP/1.1 403 "), preflight);
      assertFalse(preflight.toLowerCase().contains("access-control"), preflight);
      client.send(
          "POST /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n"
              + "Content-Length: 1\r\n\r\nx");
      assertTrue(client.response().endsWith("x"));
    }
    assertEquals(2, listener.refusalCount(HttpErrors.FOREIGN_ORIGIN));
    assertEquals(1, listener.refusalCount(HttpErrors.FOREIGN_HOST));
  }

  @Test
  void shouldRefuseInTheWordsOfTheRoute() throws Exception {
    try (RawConnection client = connect()) {
      client.send("PUT /worded HTTP/1.1\r\nHost: localhost\r\n\r\n");
      final String answer = client.response();
      assertTrue(answer.startsWith("HTTP/1.1 405 "), answer);
      assertTrue(
          answer.contains("Allow: POST, OPTIONS") || answer.contains("Allow: OPTIONS, POST"));
      assertTrue(answer.endsWith("METHOD_NOT_ALLOWED on /worded"), answer);
      client.send("POST /worded HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n");
      assertTrue(client.response().endsWith("BODY_TOO_LARGE on /worded"));
    }
  }

  @Test
  void shouldSayWhatToDoAboutATakenPort() {
    final HttpConfig taken =
        HttpConfig.of("127.0.0.1", listener.port()).withRemedy("use --http HOST:PORT");
    final MothershipException refused =
        assertThrows(MothershipException.class, () -> listen(taken));
    assertEquals("HTTP_BIND_FAILED", refused.code());
    assertEquals(
        "cannot listen for HTTP: host=127.0.0.1, port="
            + listener.port()
            + ": the port is in use by another program; use --http HOST:PORT",
        refused.getMessage());
  }

  @Test
  void shouldCountByRouteAndStatus() throws Exception {
    try (RawConnection client = connect()) {
      client.send(GET_HELLO + "GET /at/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.response();
      client.response();
      client.send("GET /at/2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.response();
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
      client.response();
      client.send("GET /nowhere/" + "x".repeat(50) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.response();
      client.send("GET /fail HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.response();
      await(() -> listener.counters().inFlight() == 0);
    }
    final HttpMetrics metrics = new HttpMetrics();
    metrics.add("http", listener);
    final MetricsText text = new MetricsText();
    metrics.write(text);
    final String page = new String(text.bytes(), StandardCharsets.UTF_8);
    for (final String line :
        List.of(
            "mothership_http_requests_total{listener=\"http\",route=\"/hello\",status=\"2xx\"} 1",
            "mothership_http_requests_total{listener=\"http\",route=\"/at/{id}\",status=\"2xx\"} 2",
            "mothership_http_requests_total{listener=\"http\",route=\"/fail\",status=\"5xx\"} 1",
            "mothership_http_requests_total{listener=\"http\",route=\"other\",status=\"4xx\"} 1",
            "mothership_http_requests_in_flight{listener=\"http\"} 0",
            "mothership_http_received_body_bytes_total{listener=\"http\"} 3",
            "mothership_http_connections_total{listener=\"http\"} 1",
            "mothership_http_refusals_total{listener=\"http\",reason=\"not_found\"} 1",
            "mothership_http_request_seconds_count{listener=\"http\",route=\"/at/{id}\"} 2",
            "mothership_http_request_seconds_bucket{listener=\"http\",route=\"/at/{id}\",le=\"+Inf\"}"
                + " 2")) {
      assertTrue(page.contains(line + "\n"), line + "\n" + page);
    }
    assertFalse(page.contains("xxxxx"), page);
  }

  @Test
  void shouldBoundAllBodiesTogether() throws Exception {
    final HttpConfig config =
        PATIENT.withSizes(new HttpConfig.Sizes(8192, 32768, 1000, 1000, 1500));
    final String head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
    try (HttpListener small = listen(config);
        RawConnection first = new RawConnection(small.port());
        RawConnection second = new RawConnection(small.port())) {
      first.send(head + "x".repeat(999));
      // The loop takes connections' bytes in order; the answer to a third shows that it has the
      // first's.
      assertStillServes(small.port());
      second.send(head + "x".repeat(1000));
      assertTrue(second.rest().startsWith("HTTP/1.1 503 "));
      first.send("y");
      assertTrue(first.response().endsWith("xy"));
      for (int i = 0; i < 10; i++) {
        first.send(head + "z".repeat(1000));
        assertTrue(first.response().endsWith("zz"));
      }
    }
  }

  @Test
  void shouldFinishWhatIsUnderWayWhenItStops() throws Exception {
    try (RawConnection busy = connect();
        RawConnection idle = connect()) {
      idle.send(GET_HELLO);
      assertTrue(idle.response().endsWith("hello "));
      busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertTrue(slowStarted.await(60, TimeUnit.SECONDS));
      final int port = listener.port();
      final Thread stopping = Thread.startVirtualThread(listener::close);
      assertEquals("", idle.rest());
      assertThrows(IOException.class, () -> new RawConnection(port).close());
      slowMayAnswer.release();
      final String answer = busy.rest();
      assertTrue(answer.endsWith("slow"), answer);
      assertTrue(answer.contains("connection: close"));
      stopping.join();
    }
  }

  private HttpResponse slow(final HttpRequestView request) throws InterruptedException {
    slowStarted.countDown();
    slowMayAnswer.acquire();
    return text("slow");
  }

  private static HttpResponse fail(final HttpRequestView request) {
    throw new IllegalStateException("secret detail");
  }

  private HttpResponse stream(final long lines) {
    final byte[] line = ("x".repeat(1023) + "\n").getBytes(StandardCharsets.US_ASCII);
    return HttpResponse.streaming(
        200,
        "text/plain",
        sink -> {
          try {
            for (long i = 0; i < lines; i++) {
              sink.write(line);
              streamed.addAndGet(line.length);
            }
          } catch (final IOException e) {
            streamFailed.set(true);
            throw e;
          }
        });
  }

  private static HttpResponse text(final String text) {
    return HttpResponse.of(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  private static String body(final RawConnection client, final String method, final String target)
      throws IOException {
    client.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    final String answer = client.response();
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  /** The server may have closed before all was sent. */
  private static void assertThrowsOrSends(final RawConnection client, final String text) {
    try {
      client.send(text);
    } catch (final IOException e) {
      assertTrue(e.getMessage() != null);
    }
  }

  private void assertStillServes() throws IOException {
    assertStillServes(listener.port());
  }

  private static void assertStillServes(final int port) throws IOException {
    try (RawConnection client = new RawConnection(port)) {
      client.send(GET_HELLO);
      assertTrue(client.response().endsWith("hello "));
    }
  }

  private RawConnection connect() throws IOException {
    return new RawConnection(listener.port());
  }

  private static void await(final java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "did not happen");
      Thread.sleep(5);
    }
  }
}
