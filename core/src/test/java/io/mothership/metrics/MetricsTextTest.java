package io.mothership.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class MetricsTextTest {
  private static String text(final MetricsText text) {
    return new String(text.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteLabelsSoThatAnyNameCanBeReadBack() {
    final MetricsText text =
        new MetricsText()
            .gauge("a_bytes", "Says \"how\" with a \\ and\na second line.")
            .sample(1)
            .sample(-2, "stream", "a\"b\\c\nd", "kind", "ü");
    assertEquals(
        """
        # HELP a_bytes Says "how" with a \\\\ and\\na second line.
        # TYPE a_bytes gauge
        a_bytes 1
        a_bytes{stream="a\\"b\\\\c\\nd",kind="ü"} -2
        """,
        text(text));
  }

  @Test
  void shouldCountEachRangeOfAHistogramWithTheOnesBelowIt() {
    final Histogram histogram = new Histogram(1_000_000, 500_000_000);
    histogram.record(1_000_000);
    histogram.record(1_000_001);
    histogram.record(500_000_000);
    histogram.record(2_000_000_000);
    assertArrayEquals(new long[] {1, 2, 1}, histogram.counts());
    assertEquals(
        """
        # HELP t_seconds T.
        # TYPE t_seconds histogram
        t_seconds_bucket{le="0.001"} 1
        t_seconds_bucket{le="0.5"} 3
        t_seconds_bucket{le="+Inf"} 4
        t_seconds_sum 2.502000001
        t_seconds_count 4
        """,
        text(new MetricsText().histogramSeconds("t_seconds", "T.", histogram)));
    assertThrows(IllegalArgumentException.class, () -> new Histogram(1, 1));
  }
}
