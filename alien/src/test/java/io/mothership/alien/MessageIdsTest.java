package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class MessageIdsTest {

  @Test
  void shouldWriteNaiveUtcWithMicroseconds() {
    assertEquals("2025-10-22T01:50:05.549545", MessageIds.timestamp(1_761_097_805_549_545L));
    assertEquals("1970-01-01T00:00:00.000000", MessageIds.timestamp(0));
  }

  @Test
  void shouldMakeIdsOfEntityAndUnixSeconds() {
    assertEquals("e1-1761097805.049545", MessageIds.telemetryId("e1", 1_761_097_805_049_545L));
  }

  @Test
  void shouldNeverGiveOneTimeTwice() {
    final MessageIds ids = new MessageIds(() -> 1000);

    assertEquals(1000, ids.nextMicros());
    assertEquals(1001, ids.nextMicros());
    assertEquals(1002, ids.nextMicros());
  }

  @Test
  void shouldKnowSubjectTokens() {
    assertTrue(MessageIds.isToken("status_changed"));
    assertTrue(MessageIds.isToken("ae9c65d0-b5f3-4cec-8ffa-68ff1173e050"));
    assertFalse(MessageIds.isToken(""));
    assertFalse(MessageIds.isToken("a.b"));
    assertFalse(MessageIds.isToken("*"));
    assertFalse(MessageIds.isToken("a b"));
    assertFalse(MessageIds.isToken("x".repeat(129)));
  }
}
