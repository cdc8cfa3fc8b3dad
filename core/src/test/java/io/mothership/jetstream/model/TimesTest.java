package io.mothership.jetstream.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Durations as clients write them. */
final class TimesTest {

  @Test
  void shouldReadDurations() {
    assertEquals(5_400_000_000_000L, GoDuration.parseNs("1h30m"));
    assertEquals(-1_500_000_000L, GoDuration.parseNs("-1.5s"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs("5"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs("s"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs(""));
  }
}
