package io.mothership.api.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.ApiFixture;
import io.mothership.api.ApiFixture.Answer;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history of telemetry over a real socket: 300 records, every third of entity e0. */
final class TelemetryIT {
  private static final String PATH = "/api/v1/telemetry?org_id=org1";

  @TempDir private static Path folder;
  private static ApiFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new ApiFixture(folder);
    for (int i = 1; i <= 300; i++) {
      publish("constellation.telemetry.org1.e" + i % 3, "{\"n\":" + i + "}");
    }
    publish("constellation.events.org1.alarm", "{}");
    publish("constellation.telemetry.org2.e0", "{}");
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void shouldPageThroughAllInOrder() throws Exception {
    final List<Long> seen = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      final Answer page = fixture.call("GET", PATH + "&limit=70" + cursor, "");
      assertEquals(200, page.status());
      seen.addAll(sequences(page));
      cursor = nextCursor(page);
      pages++;
    } while (!cursor.isEmpty());
    assertEquals(5, pages);
    assertEquals(IntStream.rangeClosed(1, 300).mapToObj(Long::valueOf).toList(), seen);
  }

  @Test
  void shouldPageBackwards() throws Exception {
    final List<Long> seen = new ArrayList<>();
    String cursor = "";
    do {
      final Answer page = fixture.call("GET", PATH + "&order=desc&limit=120" + cursor, "");
      seen.addAll(sequences(page));
      cursor = nextCursor(page);
    } while (!cursor.isEmpty());
    assertEquals(IntStream.rangeClosed(1, 300).mapToObj(i -> 301L - i).toList(), seen);
  }

  @Test
  void shouldReadOnlyTheEndForThePageOfTheNewest() throws Exception {
    try (ApiFixture big = new ApiFixture(folder.resolve("big"))) {
      for (int i = 1; i <= 20_000; i++) {
        big.fabric()
            .publish(
                Publication.of(
                    "constellation.telemetry.org1.e" + (i <= 10 ? "old" : i % 5),
                    "{}".getBytes(StandardCharsets.UTF_8)));
      }
      big.fabric().takeReads();
      final Answer last = big.call("GET", PATH + "&order=desc&limit=1&entity_id=e3", "");
      assertEquals(List.of(19_998L), sequences(last));
      assertTrue(big.fabric().takeReads() < 200);
      final Answer middle = big.call("GET", PATH + "&order=desc&limit=3&cursor=10000", "");
      assertEquals(List.of(9_999L, 9_998L, 9_997L), sequences(middle));
      assertTrue(big.fabric().takeReads() < 200);
      final Answer until =
          big.call("GET", PATH + "&order=desc&limit=2&to=2023-11-14T23:13:20Z", "");
      assertEquals(List.of(3_600L, 3_599L), sequences(until));
      assertTrue(big.fabric().takeReads() < 200);
      final Answer none =
          big.call("GET", PATH + "&order=desc&entity_id=eold&from=2023-11-15T03:46:00Z", "");
      assertEquals(List.of(), sequences(none));
      assertTrue(big.fabric().takeReads() < 200);
      final Answer rare = big.call("GET", PATH + "&order=desc&limit=4&entity_id=eold", "");
      assertEquals(List.of(10L, 9L, 8L, 7L), sequences(rare));
      final Answer rest =
          big.call("GET", PATH + "&order=desc&limit=6&entity_id=eold" + nextCursor(rare), "");
      assertEquals(List.of(6L, 5L, 4L, 3L, 2L, 1L), sequences(rest));
      assertEquals("", nextCursor(rest));
    }
  }

  @Test
  void shouldFilterByEntityAndTime() throws Exception {
    assertEquals(
        List.of(3L, 6L, 9L),
        sequences(fixture.call("GET", PATH + "&entity_id=e0&to=2023-11-14T22:13:30Z", "")));
    assertEquals(
        List.of(299L, 300L),
        sequences(fixture.call("GET", PATH + "&from=2023-11-14T22:18:19Z", "")));
    assertEquals(List.of(), sequences(fixture.call("GET", "/api/v1/telemetry?org_id=none", "")));
  }

  @Test
  void shouldStreamLines() throws Exception {
    final Answer answer =
        fixture.call(
            "GET",
            PATH + "&entity_id=e1",
            "",
            "Authorization",
            "Bearer " + ApiFixture.TOKEN,
            "Accept",
            "application/x-ndjson");
    assertEquals(200, answer.status());
    assertEquals("application/x-ndjson", answer.header("Content-Type"));
    final List<String> lines = answer.body().lines().toList();
    assertEquals(100, lines.size());
    for (int i = 0; i < 100; i++) {
      final JsonValue line = ApiFixture.parse(lines.get(i).getBytes(StandardCharsets.UTF_8));
      assertEquals(
          new JsonValue.Literal(Integer.toString(3 * i + 1)), ApiFixture.at(line, "data", "n"));
    }
  }

  @Test
  void shouldRefuseWrongQueries() throws Exception {
    final String limit = "400 VALIDATION limit must be a number from 1 to 1000";
    assertEquals(
        "400 MISSING_ORG_ID org_id is required",
        fixture.call("GET", "/api/v1/telemetry", "").error());
    assertEquals(limit, fixture.call("GET", PATH + "&limit=0", "").error());
    assertEquals(limit, fixture.call("GET", PATH + "&limit=9999", "").error());
    assertEquals(limit, fixture.call("GET", PATH + "&limit=x", "").error());
    assertEquals(
        "400 VALIDATION order must be asc or desc",
        fixture.call("GET", PATH + "&order=up", "").error());
    assertEquals(
        "400 VALIDATION cursor is not one that this server gave",
        fixture.call("GET", PATH + "&cursor=-1", "").error());
    assertEquals(
        "400 VALIDATION from is not an RFC 3339 time: noon",
        fixture.call("GET", PATH + "&from=noon", "").error());
  }

  private static void publish(final String subject, final String payload) {
    fixture
        .fabric()
        .publish(Publication.of(subject, payload.getBytes(StandardCharsets.UTF_8)))
        .join();
  }

  private static List<Long> sequences(final Answer answer) {
    assertEquals(200, answer.status());
    return ((JsonValue.Items) answer.json("data", "items"))
        .values().stream()
            .map(item -> ((JsonValue.Literal) ApiFixture.at(item, "seq")).digits())
            .map(Long::valueOf)
            .toList();
  }

  private static String nextCursor(final Answer answer) {
    if (answer.json("data", "cursor") instanceof JsonValue.Text(final String cursor)) {
      assertTrue(cursor.matches("\\d+"));
      return "&cursor=" + cursor;
    }
    return "";
  }
}
