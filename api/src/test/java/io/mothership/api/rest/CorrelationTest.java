package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CorrelationTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  @Test
  void shouldTakeASaneIdOfTheClient() {
    assertEquals("Job-7_a.b:c", id("Job-7_a.b:c", "00-" + TRACE + "-00f067aa0ba902b7-01"));
    assertEquals("x".repeat(128), id("x".repeat(128), ""));
  }

  @Test
  void shouldNotTakeWhatWouldBreakALogLine() {
    for (final String bad : new String[] {"", " ", "a b", "a\nb", "ä", "x".repeat(129), "a\"b"}) {
      assertMade(id(bad, ""));
    }
  }

  @Test
  void shouldTakeTheTraceOtherwise() {
    assertEquals(TRACE, id("", "00-" + TRACE + "-00f067aa0ba902b7-01"));
    assertEquals(TRACE, id("a b", "cc-" + TRACE + "-00f067aa0ba902b7-01-what-the-future-is"));
    for (final String bad :
        new String[] {
          "00",
          "00-" + TRACE,
          "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01",
          "00-" + TRACE.toUpperCase(java.util.Locale.ROOT) + "-00f067aa0ba902b7-01",
          "00-" + TRACE + "+00f067aa0ba902b7-01"
        }) {
      assertMade(id("", bad));
    }
  }

  @Test
  void shouldMakeAnotherOneEachTime() {
    assertNotEquals(id("", ""), id("", ""));
  }

  private static void assertMade(final String id) {
    assertTrue(id.matches("[0-9a-f]{32}"), id);
    assertNotEquals(TRACE, id);
  }

  private static String id(final String given, final String traceparent) {
    return Correlation.of(
        Optional.of(given).filter(text -> !text.isEmpty()),
        Optional.of(traceparent).filter(text -> !text.isEmpty()));
  }
}
