package io.mothership.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JsonShapeTest {
  private static final JsonShape<Probe> SHAPE = JsonShape.of(Probe.class);
  private static final Probe PROBE =
      new Probe(
          "a\u0001\ud83d\ude80",
          List.of(),
          true,
          Optional.empty(),
          Instant.parse("2026-01-02T03:04:05.1Z"),
          Map.of("k", "v"),
          new Probe.Inner(1, 5.5));

  /** Of all kinds that records have. */
  @Json(naming = Json.Naming.LowerUnderscore)
  record Probe(
      String probeId,
      List<String> eventTypes,
      boolean isActive,
      Optional<String> note,
      Instant createdAt,
      Map<String, String> tags,
      Inner inner) {
    @Json(naming = Json.Naming.LowerUnderscore)
    record Inner(int someNumber, double share) {}
  }

  @Test
  void shouldWriteWhatItReads() {
    final String text =
        "{\"probe_id\":\"a\\u0001\ud83d\ude80\",\"event_types\":[],\"is_active\":true,"
            + "\"created_at\":\"2026-01-02T03:04:05.100000Z\",\"tags\":{\"k\":\"v\"},"
            + "\"inner\":{\"some_number\":1,\"share\":5.5}}";
    assertEquals(text, SHAPE.text(PROBE));
    assertEquals(PROBE, SHAPE.read(text));
    assertEquals(PROBE, SHAPE.read(SHAPE.bytes(PROBE)));
  }

  @Test
  void shouldRefuseWhatIsNotOneObjectOfThisType() {
    for (final String wrong :
        List.of(
            "",
            "{",
            "[]",
            "{} {}",
            "{\"is_active\":\"yes\"}",
            "{\"inner\":{\"some_number\":1.5}}",
            "{\"inner\":{\"some_number\":99999999999}}",
            "{\"created_at\":\"yesterday\"}",
            "{\"probe_id\":\"\u0007\"}",
            "{\"unknown\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}")) {
      assertThrows(JsonException.class, () -> SHAPE.read(wrong), wrong);
    }
  }

  @Test
  void shouldCutAndEscapeWhatItQuotes() {
    final String hostile = "\\u0007\\u001b[31m".repeat(100);
    final JsonException e =
        assertThrows(JsonException.class, () -> SHAPE.read("{\"created_at\":\"" + hostile + "\"}"));
    assertTrue(e.getMessage().length() < 130, e::getMessage);
    assertTrue(e.getMessage().chars().allMatch(c -> c >= 0x20 && c < 0x7F), e::getMessage);
  }
}
