package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strangers who send anything to every listener: each gets the documented error, nobody else
 * notices, and no connection stays behind.
 */
final class HostileInputClientsIT {
  private static final String MEGABYTE = "x".repeat(1024 * 1024);
  private static final String CONNECT =
      "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true,\"protocol\":1}\r\n";
  private static final String ORGANIZATIONS = "/api/v1/organizations";
  private static final String FEED = "/api/v1/feed?token=" + ApplianceProcess.TOKEN;
  private static final int SEEDS = 200;
  private static final long PATIENCE_NS = 20_000_000_000L;

  @TempDir private static Path folder;
  private static ApplianceProcess appliance;
  private static RawClient bystander;
  private static long socketsBefore;

  @BeforeAll
  static void start() throws Exception {
    appliance = ApplianceProcess.start(folder, "--set", "monitor_port=0");
    bystander = new RawClient(appliance.natsPort()).send(CONNECT + "SUB bystander 1\r\nPING\r\n");
    bystander.until("PONG\r\n");
    // Before any other: the server's side of a connection that has ended may stay a moment longer.
    socketsBefore = appliance.socketCount();
    assertTrue(exchange(appliance.httpPort(), get("/health", "")).startsWith("HTTP/1.1 200"));
  }

  @AfterAll
  static void stop() throws Exception {
    bystander.close();
    final int exit = appliance.stop();
    assertEquals(0, exit, appliance.log());
    assertFalse(appliance.log().contains("ERROR"), appliance.log());
    assertFalse(appliance.log().contains("Exception"), appliance.log());
  }

  @AfterEach
  void othersAreServedAndNothingStays() throws Exception {
    assertTrue(appliance.isAlive(), appliance.log());
    bystander.send("PUB bystander 2\r\nhi\r\nPING\r\n");
    assertTrue(bystander.until("PONG\r\n").contains("MSG bystander 1 2\r\nhi\r\n"));
    final String health = exchange(appliance.httpPort(), get("/health", ""));
    assertTrue(health.contains("\"healthy\":true"), health);
    final long deadline = System.nanoTime() + PATIENCE_NS;
    while (appliance.socketCount() > socketsBefore && System.nanoTime() - deadline < 0) {
      Thread.sleep(20);
    }
    assertEquals(socketsBefore, appliance.socketCount(), "sockets left open");
    final String varz = exchange(appliance.monitorPort(), get("/varz", ""));
    assertTrue(varz.contains("\"connections\" : 1,"), varz);
  }

  // NATS

  @Test
  void shouldEndNatsConnectionsThatBreakTheProtocol() throws Exception {
    final Map<String, String> answers =
        Map.ofEntries(
            Map.entry("FOO bar\r\n", "Unknown Protocol Operation"),
            Map.entry("\0\1\2\3\r\n", "Unknown Protocol Operation"),
            Map.entry("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "Unknown Protocol Operation"),
            Map.entry("\26\3\1\2\0\1\0\1\374\3\3", "Unknown Protocol Operation"),
            Map.entry("MSG a 1 1\r\nx\r\n", "Unknown Protocol Operation"),
            Map.entry("PUB a 1\r\nxyz\r\n", "Unknown Protocol Operation"),
            Map.entry("PUB a 1048577\r\n", "Maximum Payload Violation"),
            Map.entry("HPUB a 12 2000000\r\n", "Maximum Payload Violation"),
            Map.entry("SUB " + MEGABYTE, "maximum control line exceeded"),
            Map.entry("PUB " + MEGABYTE, "maximum control line exceeded"),
            Map.entry("CONNECT {\"name\":\"" + MEGABYTE, "maximum control line exceeded"));
    for (final Map.Entry<String, String> entry : answers.entrySet()) {
      // What it did not read any more makes the end of the connection a reset.
      assertEquals(
          "-ERR '" + entry.getValue() + "'\r\n", nats(entry.getKey()).replace("<reset>", ""));
    }
  }

  @Test
  void shouldEndNatsConnectionsWithWrongArgumentsWithoutAWord() throws Exception {
    for (final String line :
        List.of(
            "PUB a\r\n",
            "PUB a -1\r\n",
            "PUB a 1x\r\n",
            "PUB a 99999999999999999999\r\n",
            "HPUB a 13 12\r\n",
            "SUB a\r\n",
            "SUB a b c d\r\n",
            "CONNECT {\r\n",
            "CONNECT nonsense\r\n",
            "CONNECT {\"verbose\":1}\r\n",
            "CONNECT " + "[".repeat(4000) + "\r\n")) {
      assertEquals("", nats(line), line);
    }
  }

  @Test
  void shouldKeepNatsConnectionsThatOnlyNameWrongSubjects() throws Exception {
    try (RawClient client = natsClient()) {
      client.send("SUB a..b 1\r\nSUB a.>.b 2\r\nUNSUB 9 x\r\nPING\r\n");
      assertEquals("-ERR 'Invalid Subject'\r\n".repeat(2) + "PONG\r\n", client.until("PONG\r\n"));
      // Subjects and payloads are bytes: what is no UTF-8 arrives as it came.
      client.send("SUB \377\376 3\r\nPUB \377\376 4\r\n\300\200\377\0\r\nPING\r\n");
      assertEquals("MSG \377\376 3 4\r\n\300\200\377\0\r\nPONG\r\n", client.until("PONG\r\n"));
      final String headers = "NATS/1.0\r\nK: " + "v".repeat(1_000_000) + "\r\n\r\n";
      client.send("SUB big 4\r\nHPUB big " + headers.length() + " " + headers.length() + "\r\n");
      client.send(headers + "\r\nPING\r\n");
      assertTrue(client.until("PONG\r\n").contains(headers));
    }
  }

  @Test
  void shouldAnswerJetStreamRequestsThatAreNoJson() throws Exception {
    try (RawClient client = natsClient()) {
      client.send("SUB in 1\r\n");
      for (final String body :
          List.of(
              "{",
              "nonsense",
              "\377\376",
              "{\"name\":\"\377\"",
              "[".repeat(100_000),
              "{\"name\":7}",
              "{\"name\":\"X\",\"max_age\":1e400}",
              "{\"a\":".repeat(10_000))) {
        client.send(
            "PUB $JS.API.STREAM.CREATE.X in " + body.length() + "\r\n" + body + "\r\nPING\r\n");
        String answer = client.until("PONG\r\n");
        if (!answer.contains("MSG in")) {
          answer = client.until("}}\r\n");
        }
        assertTrue(answer.contains("\"err_code\":10025"), body.substring(0, 1) + answer);
      }
    }
  }

  @Test
  void shouldForgetHalfNatsFrames() throws Exception {
    final String whole = CONNECT + "SUB a 1\r\nHPUB a 12 15\r\nNATS/1.0\r\n\r\nabc\r\n";
    for (int length = 1; length < whole.length(); length++) {
      try (RawClient client = new RawClient(appliance.natsPort())) {
        client.send(whole.substring(0, length)).end();
        client.untilClosed();
      }
    }
    final List<RawClient> open = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      open.add(natsClient().send("PUB a 1048576\r\n" + MEGABYTE.substring(1)));
    }
    for (final RawClient client : open) {
      client.close();
    }
  }

  @Test
  void shouldSurviveNoiseOnEveryListener() throws Exception {
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      final byte[] noise = new byte[1 + random.nextInt(2000)];
      random.nextBytes(noise);
      final String text = new String(noise, StandardCharsets.ISO_8859_1);
      for (final int port :
          new int[] {appliance.natsPort(), appliance.httpPort(), appliance.monitorPort()}) {
        try (RawClient client = new RawClient(port)) {
          client.send(text).end();
          client.untilClosed();
        }
      }
    }
  }

  // HTTP: the API and the monitoring listener share a head.

  @Test
  void shouldAnswerMalformedHttp() throws Exception {
    for (final int port : new int[] {appliance.httpPort(), appliance.monitorPort()}) {
      final String taking =
          port == appliance.httpPort() ? "POST /api/v1/organizations" : "GET /varz";
      check(port, "nonsense\r\n\r\n", 400, "INVALID_REQUEST");
      check(port, "GET /varz HTTP/1.1\r\n\r\n", 400, "INVALID_REQUEST");
      check(
          port,
          "GET /varz HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
          400,
          "INVALID_REQUEST");
      check(
          port, "GET /varz HTTP/1.1\r\nHost: localhost\r\nA\0B: c\r\n\r\n", 400, "INVALID_REQUEST");
      check(port, "GET /varz HTTP/3.0\r\nHost: localhost\r\n\r\n", 505, "HTTP_VERSION");
      check(port, get("/" + MEGABYTE, ""), 431, "HEADERS_TOO_LARGE");
      check(port, get("/varz", "X: " + MEGABYTE + "\r\n"), 431, "HEADERS_TOO_LARGE");
      check(port, get("/varz", "Expect: wonders\r\n"), 417, "EXPECTATION_FAILED");
      check(port, sized(taking, 2_000_000), 413, "REQUEST_TOO_LARGE");
      check(port, chunked(taking, "zz\r\n"), 400, "INVALID_REQUEST");
      check(port, chunked(taking, "-5\r\nabc"), 400, "INVALID_REQUEST");
      check(
          port,
          chunked(taking, "180000\r\n" + MEGABYTE + MEGABYTE.substring(0, 524_288)),
          413,
          "REQUEST_TOO_LARGE");
    }
    check(appliance.monitorPort(), get("/varz?a=%zz", ""), 400, "INVALID_REQUEST");
    final String unknown = exchange(appliance.httpPort(), get("/nowhere", ""));
    assertTrue(unknown.startsWith("HTTP/1.1 404") && unknown.endsWith("404 page not found\n"));
    check(
        appliance.monitorPort(),
        "POST /varz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        405,
        "METHOD_NOT_ALLOWED");
  }

  @Test
  void shouldForgetHalfHttpRequests() throws Exception {
    final String whole =
        "POST /api/v1/organizations HTTP/1.1\r\n"
            + "Host: localhost\r\n"
            + "Content-Length: 9\r\n\r\n"
            + "{\"a\": 1}\n";
    for (int length = 1; length < whole.length(); length++) {
      for (final int port : new int[] {appliance.httpPort(), appliance.monitorPort()}) {
        try (RawClient client = new RawClient(port)) {
          client.send(whole.substring(0, length)).end();
          final String answer = client.untilClosed();
          assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 4"), answer);
        }
      }
    }
  }

  @Test
  void shouldAnswerBadJson() throws Exception {
    final Map<String, String> messages =
        Map.of(
            "", "EOF",
            "{", "unexpected EOF",
            "{bad", "invalid character 'b' looking for beginning of object key string",
            "nonsense", "invalid character 'o' in literal null (expecting 'u')",
            "{\"name\":7}",
                "json: cannot unmarshal number into Go struct field"
                    + " CreateOrganizationRequest.name of type string");
    for (final Map.Entry<String, String> entry : messages.entrySet()) {
      final String answer = organization(entry.getKey());
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
      assertTrue(answer.contains("\"code\":\"INVALID_REQUEST\""), answer);
      assertTrue(answer.contains("\"message\":\"" + entry.getValue() + "\""), answer);
    }
    for (final String body :
        List.of("{\"name\":\"\377\376\"}", "[".repeat(100_000), "{\"a\":".repeat(50_000))) {
      final String answer = organization(body);
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
      assertTrue(answer.contains("\"code\":\"INVALID_REQUEST\""), answer);
    }
  }

  // WebSocket

  @Test
  void shouldRefuseBadHandshakes() throws Exception {
    final int port = appliance.httpPort();
    check(port, get(FEED + "&org_id=o", ""), 426, "UPGRADE_REQUIRED");
    check(port, handshake(FEED + "&org_id=o", "12"), 426, "UPGRADE_REQUIRED");
    check(port, handshake(FEED, "13"), 400, "MISSING_ORG_ID");
    check(port, handshake("/api/v1/feed?org_id=o", "13"), 401, "UNAUTHORIZED");
    check(port, handshake("/api/v1/feed?org_id=o&token=wrong", "13"), 401, "UNAUTHORIZED");
    check(port, handshake(FEED + "&org_id=o&types=telemetry,nonsense", "13"), 400, "VALIDATION");
    check(port, handshake(FEED + "&org_id=o&since=yesterday", "13"), 400, "VALIDATION");
    check(port, handshake(FEED + "&org_id=o&since=-1", "13"), 400, "VALIDATION");
    check(port, handshake(FEED + "&org_id=%ff%zz", "13"), 400, "INVALID_REQUEST");
  }

  @Test
  void shouldEndWebSocketsThatBreakTheProtocol() throws Exception {
    final String mask = "\0\0\0\0";
    final Map<String, Integer> codes =
        Map.ofEntries(
            Map.entry("\201\002hi", 1002),
            Map.entry("\203\202" + mask + "hi", 1002),
            Map.entry("\361\202" + mask + "hi", 1002),
            Map.entry("\200\202" + mask + "hi", 1002),
            Map.entry("\211\376\0\176" + mask + "x".repeat(126), 1002),
            Map.entry("\11\200" + mask, 1002),
            Map.entry("\202\202" + mask + "hi", 1003),
            Map.entry("\201\202" + mask + "\377\376", 1007),
            Map.entry("\201\377\0\0\0\0\0\20\0\0" + mask + MEGABYTE, 1009),
            Map.entry("\201\377\0\177\377\377\377\377\377\377" + mask, 1009));
    final List<RawClient> clients = new ArrayList<>();
    for (final Map.Entry<String, Integer> entry : codes.entrySet()) {
      final RawClient client = feed();
      clients.add(client.send(entry.getKey()));
      final String start = client.read(4);
      assertEquals('\210', start.charAt(0), printable(entry.getKey()) + printable(start));
      assertEquals(
          entry.getValue(), start.charAt(2) << 8 | start.charAt(3), printable(entry.getKey()));
    }
    // The server waits a moment for their farewell.
    for (final RawClient client : clients) {
      client.untilClosed();
      client.close();
    }
  }

  @Test
  void shouldForgetHalfWebSocketFrames() throws Exception {
    final String frame = "\201\205\1\2\3\4hello";
    for (int length = 1; length < frame.length(); length++) {
      try (RawClient client = feed()) {
        client.send(frame.substring(0, length));
      }
    }
    for (int seed = 0; seed < SEEDS; seed++) {
      final byte[] noise = new byte[200];
      new Random(seed).nextBytes(noise);
      try (RawClient client = feed()) {
        client.send(new String(noise, StandardCharsets.ISO_8859_1)).end();
        client.untilClosed();
      }
    }
  }

  // Many at once

  @Test
  void shouldOutliveClientsThatWantAllTheMemory() throws Exception {
    final List<RawClient> clients = new ArrayList<>();
    int refusals = 0;
    for (int i = 0; i < 12; i++) {
      final RawClient client = natsClient();
      clients.add(client);
      final StringBuilder lines = new StringBuilder();
      for (int sid = 0; sid < 2_000; sid++) {
        lines.append("SUB ").append(i).append('.').append(sid).append(".x".repeat(500));
        lines.append(' ').append(sid).append("\r\nUNSUB ").append(sid).append(" 1000000\r\n");
      }
      client.send(lines + "PING\r\n");
      final String answer = client.until("PONG\r\n");
      refusals += answer.split("maximum subscriptions exceeded for this server", -1).length - 1;
    }
    assertTrue(refusals > 12_000, "refusals=" + refusals);
    final String varz = exchange(appliance.monitorPort(), get("/varz", ""));
    assertTrue(varz.contains("\"subscriptions_refused\" : " + refusals), varz);
    for (final RawClient client : clients) {
      client.close();
    }
  }

  @Test
  void shouldServeOthersWhileClientsHoldHalfMessages() throws Exception {
    final List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      clients.add(natsClient().send("PUB a 1048576\r\n" + MEGABYTE.substring(1)));
    }
    try (RawClient other = natsClient()) {
      final String payload = "y".repeat(30_000);
      other.send("SUB mine 1\r\nPUB mine 30000\r\n" + payload + "\r\n");
      other.until("MSG mine 1 30000\r\n" + payload + "\r\n");
    }
    int refused = 0;
    for (final RawClient client : clients) {
      final String said = client.end().untilClosed();
      refused += said.contains("maximum client memory exceeded for this server") ? 1 : 0;
      client.close();
    }
    assertTrue(refused > 100, "refused=" + refused);
  }

  @Test
  void shouldServeOthersWhileClientsReadNothing() throws Exception {
    final List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(natsClient().send("SUB flood 1\r\nPING\r\n"));
      clients.getLast().until("PONG\r\n");
    }
    try (RawClient other = natsClient()) {
      final String part = "PUB flood 32768\r\n" + MEGABYTE.substring(0, 32_768) + "\r\n";
      for (int i = 0; i < 2_000; i++) {
        other.send(part);
      }
      other.send("SUB mine 1\r\nPUB mine 2\r\nhi\r\n");
      other.until("MSG mine 1 2\r\nhi\r\n");
    }
    for (final RawClient client : clients) {
      client.close();
    }
    final String varz = exchange(appliance.monitorPort(), get("/varz", ""));
    assertFalse(varz.contains("\"slow_consumers\" : 0,"), varz);
  }

  private static void check(
      final int port, final String request, final int status, final String code)
      throws IOException {
    final String answer = exchange(port, request);
    final String shown = printable(request) + " → " + answer;
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), shown);
    assertTrue(answer.contains("\"code\":\"" + code + "\""), shown);
  }

  /** A request on a connection of its own, whose end is the end of the answer. */
  private static String exchange(final int port, final String request) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(request);
      final String head = client.until("\r\n\r\n");
      final String lower = head.toLowerCase(java.util.Locale.ROOT);
      final int at = lower.indexOf("content-length: ");
      final int length =
          at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)).strip());
      return head + client.read(length);
    }
  }

  private static String organization(final String body) throws IOException {
    return exchange(
        appliance.httpPort(),
        post(
            ORGANIZATIONS,
            "Authorization: Bearer " + ApplianceProcess.TOKEN + "\r\n",
            body.length(),
            body));
  }

  private static String get(final String target, final String headers) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  }

  private static String post(
      final String target, final String headers, final int length, final String body) {
    return "POST "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
        + length
        + "\r\n"
        + headers
        + "\r\n"
        + body;
  }

  private static String chunked(final String start, final String body) {
    return headed(start, "Transfer-Encoding: chunked") + body;
  }

  /** A request whose body does not come. */
  private static String sized(final String start, final int length) {
    return headed(start, "Content-Length: " + length);
  }

  private static String headed(final String start, final String header) {
    return start
        + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        + ApplianceProcess.TOKEN
        + "\r\n"
        + header
        + "\r\n\r\n";
  }

  private static String handshake(final String target, final String version) {
    return get(
        target,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
            + version
            + "\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
  }

  private static RawClient feed() throws IOException {
    final RawClient client = new RawClient(appliance.httpPort());
    final String head = client.send(handshake(FEED + "&org_id=o", "13")).until("\r\n\r\n");
    assertTrue(head.startsWith("HTTP/1.1 101 "), head);
    return client;
  }

  private static RawClient natsClient() throws IOException {
    final RawClient client = new RawClient(appliance.natsPort()).send(CONNECT + "PING\r\n");
    client.until("PONG\r\n");
    client.until("\r\n");
    return client;
  }

  /** What a connection says before it closes. */
  private static String nats(final String text) throws IOException {
    try (RawClient client = natsClient()) {
      return client.send(text).untilClosed();
    }
  }

  private static String printable(final String text) {
    final StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(80, text.length()); i++) {
      final char c = text.charAt(i);
      shown.append(c >= ' ' && c < 127 ? Character.toString(c) : "\\x%02x".formatted((int) c));
    }
    return shown.toString();
  }
}
