package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules on values of a query, which has no types. */
final class QueryRulesTest {
  @Test
  void shouldReadTextAsWhatIsWanted() throws Exception {
    assertEquals(42, Rules.integer(0, 100).read("42"));
    assertEquals(-1.5, Rules.number(-2, 2).read("-1.5"));
    assertEquals(true, Rules.flag().read("true"));
    assertEquals(List.of("a", "b"), Rules.list(Rules.word(), 0, 5).read("a, b"));
    assertEquals(
        Instant.parse("2025-01-02T01:04:05Z"), Rules.time().read("2025-01-02T03:04:05 02:00"));
  }

  @Test
  void shouldRefuseTheRest() {
    assertBroken("must be a number: actual=x", Rules.integer(0, 9), "x");
    assertBroken("must be a whole number: actual=1e1", Rules.integer(0, 9), "1e1");
    assertBroken("must be a number: actual=--", Rules.integer(0, 9), "--");
    assertBroken("out of range: min=0, max=9, actual=10", Rules.integer(0, 9), "10");
    assertBroken(
        "out of range: min=0, max=9, actual=99999999999999999999",
        Rules.integer(0, 9),
        "99999999999999999999");
    assertBroken("must be a number: actual=NaN", Rules.number(0, 9), "NaN");
    assertBroken("has the wrong type: wanted=bool, actual=string", Rules.flag(), "yes");
    assertBroken("[1] is required", Rules.list(Rules.word(), 0, 5), "a,");
  }

  private static void assertBroken(final String message, final Rule<?> rule, final String text) {
    assertEquals(message, assertThrows(BrokenRule.class, () -> rule.read(text)).getMessage());
  }
}
