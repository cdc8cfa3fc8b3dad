package io.mothership.api.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.ApiFixture;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.json.JsonValue;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live feed over real WebSockets. */
final class FeedIT {
  private static final String TELEMETRY = "constellation.telemetry.org1.";

  @TempDir private Path folder;
  private ApiFixture fixture;

  @BeforeEach
  void start() {
    fixture = new ApiFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void shouldShowALiveRecordWithAllItsFields() throws Exception {
    try (Reader reader = open("?org_id=org1&token=" + ApiFixture.TOKEN)) {
      publish("constellation.telemetry.other.e1", "{}");
      publish(TELEMETRY + "e1", "{\"speed\":7.10,\n \"x\":\"\ud83d\ude80\"}");
      final JsonValue record = reader.next();
      assertEquals(
          List.of(
              "type",
              "seq",
              "stream",
              "stream_seq",
              "time",
              "subject",
              "org_id",
              "entity_id",
              "data"),
          ((JsonValue.Members) record).members().stream().map(JsonValue.Member::name).toList());
      assertEquals(new JsonValue.Text("telemetry"), ApiFixture.at(record, "type"));
      assertEquals(new JsonValue.Literal("2"), ApiFixture.at(record, "seq"));
      assertEquals(new JsonValue.Text("CONSTELLATION_TELEMETRY"), ApiFixture.at(record, "stream"));
      assertEquals(
          new JsonValue.Text("2023-11-14T22:13:22.000000000Z"), ApiFixture.at(record, "time"));
      assertEquals(new JsonValue.Text(TELEMETRY + "e1"), ApiFixture.at(record, "subject"));
      assertEquals(new JsonValue.Text("e1"), ApiFixture.at(record, "entity_id"));
      assertEquals(new JsonValue.Literal("7.10"), ApiFixture.at(record, "data", "speed"));
      assertEquals(new JsonValue.Text("\ud83d\ude80"), ApiFixture.at(record, "data", "x"));
    }
  }

  @Test
  void shouldReplayThenBeLiveWithoutASeam() throws Exception {
    for (int i = 1; i <= 500; i++) {
      publish(TELEMETRY + "e1", "{\"n\":" + i + "}");
    }
    try (Reader reader = open("?org_id=org1&since=100&token=" + ApiFixture.TOKEN)) {
      for (int i = 501; i <= 1000; i++) {
        publish(TELEMETRY + "e1", "{\"n\":" + i + "}");
      }
      for (int i = 101; i <= 1000; i++) {
        final JsonValue record = reader.next();
        assertEquals(
            new JsonValue.Literal(Integer.toString(i)), ApiFixture.at(record, "data", "n"));
        assertEquals(new JsonValue.Literal(Integer.toString(i)), ApiFixture.at(record, "seq"));
      }
    }
  }

  @Test
  void shouldReplayFromATime() throws Exception {
    for (int i = 1; i <= 10; i++) {
      publish(TELEMETRY + "e1", "{\"n\":" + i + "}");
    }
    for (final String since :
        List.of(
            "2023-11-14T22:13:27Z",
            "2023-11-14T22:13:26.5",
            "2023-11-15T00:13:27%2B02:00",
            "2023-11-15T00:13:27+02:00")) {
      try (Reader reader = open("?org_id=org1&since=" + since + "&token=" + ApiFixture.TOKEN)) {
        assertEquals(new JsonValue.Literal("7"), ApiFixture.at(reader.next(), "seq"), since);
      }
    }
  }

  @Test
  void shouldKnowTypesOrganizationsAndEntitiesFromSubjects() throws Exception {
    final String orgId = fixture.newOrganization();
    final String entityId = fixture.newEntity(orgId);
    final String mine = "?org_id=" + orgId + "&since=0&token=" + ApiFixture.TOKEN;
    awaitPublished(1);
    publish("constellation.telemetry." + entityId + ".HEARTBEAT", "{}");
    publish("constellation.events." + orgId + ".alarm", "{\"entity_id\":\"e7\"}");
    publish("constellation.events.isr." + orgId + ".e8", "{}");
    publish("constellation.commands." + orgId + ".broadcast", "{}");
    publish("constellation.commands." + orgId + ".e9", "{}");
    publish("constellation.events." + orgId + ".raw", "not json");
    try (Reader reader = open(mine)) {
      assertEquals("entity " + entityId, summary(reader.next()));
      assertEquals("telemetry " + entityId, summary(reader.next()));
      assertEquals("event e7", summary(reader.next()));
      assertEquals("event e8", summary(reader.next()));
      assertEquals("command ", summary(reader.next()));
      assertEquals("command e9", summary(reader.next()));
      final JsonValue raw = reader.next();
      assertEquals(new JsonValue.Text("bm90IGpzb24="), ApiFixture.at(raw, "data_base64"));
      assertEquals(new JsonValue.Nothing(), ApiFixture.at(raw, "data"));
    }
    try (Reader reader = open(mine + "&types=event,command&entity_id=e7")) {
      assertEquals("event e7", summary(reader.next()));
      publish("constellation.commands." + orgId + ".e7", "{}");
      assertEquals("command e7", summary(reader.next()));
    }
  }

  @Test
  void shouldSayWhatItCouldNotShow() throws Exception {
    for (int i = 1; i <= 10; i++) {
      publish(TELEMETRY + "e1", "{}");
    }
    fixture.fabric().drop(6);
    try (Reader reader = open("?org_id=org1&since=2&token=" + ApiFixture.TOKEN)) {
      final JsonValue notice = reader.next();
      assertEquals(new JsonValue.Text("lagged"), ApiFixture.at(notice, "type"));
      assertEquals(new JsonValue.Literal("4"), ApiFixture.at(notice, "dropped"));
      assertEquals(new JsonValue.Literal("7"), ApiFixture.at(reader.next(), "seq"));
    }
    try (Reader reader = open("?org_id=org1&since=11&token=" + ApiFixture.TOKEN)) {
      assertEquals(new JsonValue.Text("reset"), ApiFixture.at(reader.next(), "type"));
      publish(TELEMETRY + "e1", "{}");
      assertEquals(new JsonValue.Literal("11"), ApiFixture.at(reader.next(), "seq"));
    }
  }

  @Test
  void shouldWaitForASlowReaderAndLoseNothing() throws Exception {
    final String padding = "x".repeat(10_000);
    try (Reader reader = open("?org_id=org1&since=0&token=" + ApiFixture.TOKEN)) {
      reader.pause();
      for (int i = 1; i <= 3_000; i++) {
        publish(TELEMETRY + "e1", "{\"n\":" + i + ",\"pad\":\"" + padding + "\"}");
      }
      reader.resume();
      for (int i = 1; i <= 3_000; i++) {
        assertEquals(
            new JsonValue.Literal(Integer.toString(i)), ApiFixture.at(reader.next(), "data", "n"));
      }
    }
  }

  @Test
  void shouldAcceptTheTokenInThreePlaces() throws Exception {
    final String target = "/api/v1/feed?org_id=org1";
    connect(builder -> builder.header("Authorization", "Bearer " + ApiFixture.TOKEN), target)
        .close();
    connect(builder -> builder, target + "&token=" + ApiFixture.TOKEN).close();
    try (Reader reader =
        connect(builder -> builder.subprotocols("bearer." + ApiFixture.TOKEN), target)) {
      assertEquals("bearer." + ApiFixture.TOKEN, reader.socket.getSubprotocol());
    }
    try (Reader reader =
        connect(builder -> builder.subprotocols("feed", "bearer." + ApiFixture.TOKEN), target)) {
      assertEquals("feed", reader.socket.getSubprotocol());
    }
  }

  @Test
  void shouldRefuseWrongHandshakes() throws Exception {
    final String token = "&token=" + ApiFixture.TOKEN;
    assertEquals(401, refusal("?org_id=org1"));
    assertEquals(401, refusal("?org_id=org1&token=wrong"));
    assertEquals(400, refusal("?x=1" + token));
    assertEquals(400, refusal("?org_id=org1&types=nonsense" + token));
    assertEquals(400, refusal("?org_id=org1&since=yesterday" + token));
    assertEquals(
        "426 UPGRADE_REQUIRED this route is a WebSocket",
        fixture.call("GET", "/api/v1/feed?org_id=org1", "").error());
  }

  @Test
  void shouldSayGoodByeWhenTheServerStops() throws Exception {
    try (Reader reader = open("?org_id=org1&token=" + ApiFixture.TOKEN)) {
      fixture.listener().close();
      assertEquals(1001, reader.closeCode());
    }
    assertEquals(0, fixture.listener().connectionCount());
  }

  @Test
  void shouldLetGoOfAClientThatLeft() throws Exception {
    try (Reader reader = open("?org_id=org1&token=" + ApiFixture.TOKEN)) {
      reader.socket.abort();
    }
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (fixture.listener().connectionCount() > 0) {
      assertTrue(System.nanoTime() < deadline);
      publish(TELEMETRY + "e1", "{}");
      Thread.sleep(5);
    }
  }

  private void publish(final String subject, final String payload) {
    fixture
        .fabric()
        .publish(Publication.of(subject, payload.getBytes(StandardCharsets.UTF_8)))
        .join();
  }

  private void awaitPublished(final int count) throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (fixture.fabric().publications().size() < count) {
      assertTrue(System.nanoTime() < deadline);
      Thread.sleep(5);
    }
  }

  private static String summary(final JsonValue record) {
    final String type = ((JsonValue.Text) ApiFixture.at(record, "type")).value();
    return type
        + " "
        + (ApiFixture.at(record, "entity_id") instanceof JsonValue.Text(final String entity)
            ? entity
            : "");
  }

  private int refusal(final String query) {
    final CompletionException e =
        assertThrows(CompletionException.class, () -> open(query).close());
    return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
  }

  private Reader open(final String query) {
    return connect(builder -> builder, "/api/v1/feed" + query);
  }

  private Reader connect(
      final java.util.function.UnaryOperator<WebSocket.Builder> options, final String target) {
    final Reader reader = new Reader();
    reader.socket =
        options
            .apply(fixture.client().newWebSocketBuilder())
            .buildAsync(fixture.uri("ws", target), reader)
            .join();
    return reader;
  }

  /** A client that takes one message after the other, or pauses. */
  private static final class Reader implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<JsonValue> records = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> closes = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private WebSocket socket;
    private boolean isPaused;

    @Override
    public synchronized void onOpen(final WebSocket opened) {
      opened.request(1);
    }

    @Override
    public synchronized CompletionStage<?> onText(
        final WebSocket from, final CharSequence part, final boolean isLast) {
      text.append(part);
      if (isLast) {
        records.add(ApiFixture.parse(text.toString().getBytes(StandardCharsets.UTF_8)));
        text.setLength(0);
      }
      if (!isPaused) {
        from.request(1);
      }
      return null;
    }

    @Override
    public CompletionStage<?> onClose(final WebSocket from, final int code, final String reason) {
      closes.add(code);
      return null;
    }

    synchronized void pause() {
      isPaused = true;
    }

    synchronized void resume() {
      isPaused = false;
      socket.request(1);
    }

    JsonValue next() throws InterruptedException {
      final JsonValue record = records.poll(60, TimeUnit.SECONDS);
      assertTrue(record != null, "no record came");
      return record;
    }

    int closeCode() throws InterruptedException {
      final Integer code = closes.poll(60, TimeUnit.SECONDS);
      assertTrue(code != null, "no close came");
      return code;
    }

    @Override
    public void close() {
      socket.abort();
    }
  }
}
