package io.mothership.jetstream.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import org.junit.jupiter.api.Test;

/** Times and durations as clients write them. */
final class TimesTest {

  @Test
  void shouldReadAndWriteTimes() {
    assertEquals("0001-01-01T00:00:00Z", Rfc3339.text(0));
    assertEquals("2023-11-14T22:13:20.00000001Z", Rfc3339.text(1_700_000_000_000_000_010L));
    assertEquals("1969-12-31T23:59:59.9Z", Rfc3339.text(-100_000_000L));
    assertEquals(1_700_000_000_500_000_000L, Rfc3339.parseNs("2023-11-15T00:13:20.5+02:00"));
    assertThrows(DateTimeException.class, () -> Rfc3339.parseNs("yesterday"));
    assertEquals(5_400_000_000_000L, GoDuration.parseNs("1h30m"));
    assertEquals(-1_500_000_000L, GoDuration.parseNs("-1.5s"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs("5"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs("s"));
    assertEquals(GoDuration.INVALID, GoDuration.parseNs(""));
  }
}
