package io.mothership.api.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PayloadViewTest {

  @Test
  void shouldFindTheEntityOutsideBeforeInside() {
    assertEquals("a", view("{\"data\":{\"entity_id\":\"b\"},\"entity_id\":\"a\"}").entityId());
    assertEquals("b", view("{\"data\":{\"x\":{},\"entity_id\":\"b\"}}").entityId());
    assertEquals("", view("{\"other\":{\"entity_id\":\"b\"}}").entityId());
    assertEquals("", view("{\"data\":{\"x\":{\"entity_id\":\"b\"}}}").entityId());
    assertEquals("", view("{\"entity_id\":5,\"a\":[\"entity_id\",\"c\"]}").entityId());
    assertEquals("", view("[{\"entity_id\":\"b\"}]").entityId());
  }

  @Test
  void shouldMakeOneLineOfJson() {
    assertEquals(Optional.of("{ \"a\": [1,  2]}"), view("{\n\"a\": [1,\r\n2]}\n").json());
    assertEquals(Optional.of("3.0"), view("3.0").json());
  }

  @Test
  void shouldKnowWhatIsNotJson() {
    assertEquals(Optional.empty(), view("").json());
    assertEquals(Optional.empty(), view(" ").json());
    assertEquals(Optional.empty(), view("{} {}").json());
    assertEquals(Optional.empty(), view("{\"a\":").json());
    assertEquals(Optional.empty(), view("NaN").json());
    assertEquals(Optional.empty(), view("[".repeat(500)).json());
    assertEquals(Optional.empty(), PayloadView.of(new byte[] {'"', (byte) 0xFF, '"'}).json());
  }

  private static PayloadView view(final String payload) {
    return PayloadView.of(payload.getBytes(StandardCharsets.UTF_8));
  }
}
