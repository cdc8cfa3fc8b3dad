package io.mothership.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class Rfc3339Test {
  private static final long TIME_NS = 1_700_000_000_000_000_010L;

  @Test
  void shouldWriteAsManyDigitsAsAskedFor() {
    assertEquals("2023-11-14T22:13:20.000000Z", Rfc3339.text(Rfc3339.ofNs(TIME_NS)));
    assertEquals("2023-11-14T22:13:20.000000010Z", Rfc3339.preciseText(TIME_NS));
    assertEquals("2023-11-14T22:13:20.00000001Z", Rfc3339.shortText(TIME_NS));
    assertEquals("1969-12-31T23:59:59.9Z", Rfc3339.shortText(-100_000_000L));
    assertEquals("1970-01-01T00:00:01Z", Rfc3339.shortText(1_000_000_000L));
    assertEquals("0001-01-01T00:00:00Z", Rfc3339.shortText(0));
  }

  @Test
  void shouldReadATimeWithoutAZoneAsUtc() {
    final Instant time = Instant.parse("2023-11-14T22:13:20.5Z");
    for (final String text :
        List.of(
            "2023-11-14T22:13:20.5Z",
            "2023-11-15T00:13:20.500+02:00",
            "2023-11-14T22:13:20.500000000")) {
      assertEquals(time, Rfc3339.parse(text), text);
    }
    assertEquals(1_700_000_000_500_000_000L, Rfc3339.parseNs("2023-11-14T22:13:20.5Z"));
    for (final String wrong : List.of("", "yesterday", "2023-11-14", "2023-13-01T00:00:00Z")) {
      assertThrows(DateTimeException.class, () -> Rfc3339.parse(wrong), wrong);
    }
  }

  @Test
  void shouldKeepTimesBeyondTheRangeAtItsEnd() {
    assertEquals(Long.MAX_VALUE, Rfc3339.parseNs("9999-01-01T00:00:00Z"));
    assertEquals(Long.MIN_VALUE, Rfc3339.parseNs("0001-01-01T00:00:00Z"));
  }
}
