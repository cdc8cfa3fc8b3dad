package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ErrorShapeTest {
  private static final Failure PLAIN =
      new Failure(
          409, "IN_USE", "it is in use", Map.of(), "c-1", Instant.parse("2025-10-22T01:02:03.5Z"));
  private static final Failure DETAILED =
      new Failure(
          409,
          "IN_USE",
          "it is in use",
          Map.of("by", List.of(Map.of("id", "a", "count", 2L, "open", true))),
          "c-1",
          PLAIN.at());

  @Test
  void shouldSayWhatFailedAsEachContractHasIt() {
    final String error = "\"error\":{\"code\":\"IN_USE\",\"message\":\"it is in use\"}";
    assertEquals("{\"success\":false," + error + "}\n", failure(ErrorShape.FLEET, PLAIN));
    assertEquals("{\"success\":false," + error + "}\n", failure(ErrorShape.FLEET, DETAILED));
    assertEquals("{\"success\":false," + error + "}\n", failure(ErrorShape.ENVELOPE, PLAIN));
    assertEquals("{\"detail\":\"it is in use\"}\n", failure(ErrorShape.DETAIL, DETAILED));
    assertEquals(
        "{" + error + ",\"correlation_id\":\"c-1\"}\n", failure(ErrorShape.CORRELATED, PLAIN));
    assertEquals(
        "{\"error\":\"in_use\",\"message\":\"it is in use\","
            + "\"timestamp\":\"2025-10-22T01:02:03.500000Z\",\"request_id\":\"c-1\"}\n",
        failure(ErrorShape.FLAT, PLAIN));
  }

  @Test
  void shouldGiveDetailsWhereThereIsAPlaceForThem() {
    final String details = "\"details\":{\"by\":[{";
    for (final ErrorShape shape :
        List.of(ErrorShape.ENVELOPE, ErrorShape.CORRELATED, ErrorShape.FLAT)) {
      final String text = failure(shape, DETAILED);
      assertEquals(1, text.split(java.util.regex.Pattern.quote(details), -1).length - 1, text);
      assertEquals(true, text.contains("\"count\":2") && text.contains("\"open\":true"), text);
    }
  }

  @Test
  void shouldWrapWhatWasAskedFor() {
    for (final ErrorShape shape : ErrorShape.values()) {
      final boolean hasEnvelope = shape == ErrorShape.FLEET || shape == ErrorShape.ENVELOPE;
      assertEquals(
          hasEnvelope ? "{\"success\":true,\"data\":{\"a\":1}}\n" : "{\"a\":1}\n",
          new String(
              shape.success(200, writer -> writer.beginObject().number("a", 1).endObject()).body(),
              StandardCharsets.UTF_8));
    }
  }

  private static String failure(final ErrorShape shape, final Failure failure) {
    return new String(shape.failure(failure).body(), StandardCharsets.UTF_8);
  }
}
