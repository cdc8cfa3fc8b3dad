package io.mothership.metrics;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers in the text format that Prometheus scrapes, version 0.0.4.
 *
 * <p>A family is begun with {@link #counter}, {@link #gauge} or {@link #histogram}; the samples of
 * a labelled one follow. <i>Thread:</i> one per instance.
 */
public final class MetricsText {
  /** The content type of the text. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final int NS_DIGITS = 9;

  private final StringBuilder text = new StringBuilder(8 * 1024);
  private String family = "";

  /** Begins a family of numbers that only grow. */
  public MetricsText counter(final String name, final String help) {
    return family(name, "counter", help);
  }

  /** A family of one number that only grows. */
  public MetricsText counter(final String name, final String help, final long value) {
    return counter(name, help).sample(value);
  }

  /** Begins a family of numbers that go up and down. */
  public MetricsText gauge(final String name, final String help) {
    return family(name, "gauge", help);
  }

  /** A family of one number that goes up and down. */
  public MetricsText gauge(final String name, final String help, final long value) {
    return gauge(name, help).sample(value);
  }

  /** A family of one number that goes up and down, measured in ns and told in seconds. */
  public MetricsText gaugeSeconds(final String name, final String help, final long valueNs) {
    return gauge(name, help).seconds(valueNs);
  }

  /** A family of one part of a whole, from 0 to 1. */
  public MetricsText gaugeShare(final String name, final String help, final double value) {
    gauge(name, help);
    text.append(name).append(' ').append(plain(BigDecimal.valueOf(value))).append('\n');
    return this;
  }

  /** A family of one number that only grows, measured in ns and told in seconds. */
  public MetricsText counterSeconds(final String name, final String help, final long valueNs) {
    return counter(name, help).seconds(valueNs);
  }

  private MetricsText seconds(final long valueNs) {
    text.append(family).append(' ').append(shown(valueNs, true)).append('\n');
    return this;
  }

  /** A histogram. */
  public MetricsText histogram(final String name, final String help, final Histogram histogram) {
    return histogram(name, help, histogram, false);
  }

  /** A histogram of times, measured in ns and told in seconds. */
  public MetricsText histogramSeconds(
      final String name, final String help, final Histogram histogram) {
    return histogram(name, help, histogram, true);
  }

  private MetricsText histogram(
      final String name, final String help, final Histogram histogram, final boolean isSeconds) {
    family(name, "histogram", help);
    return distribution(histogram, isSeconds);
  }

  /** Begins a family of histograms of times. */
  public MetricsText histogramSeconds(final String name, final String help) {
    return family(name, "histogram", help);
  }

  /**
   * A histogram of the family begun last, measured in ns and told in seconds; labels are names and
   * values in turn.
   */
  public MetricsText seconds(final Histogram histogram, final String... labels) {
    return distribution(histogram, true, labels);
  }

  private MetricsText distribution(
      final Histogram histogram, final boolean isSeconds, final String... labels) {
    final long[] bounds = histogram.bounds();
    final long[] counts = histogram.counts();
    long below = 0;
    for (int i = 0; i < bounds.length; i++) {
      below += counts[i];
      bucket(below, shown(bounds[i], isSeconds), labels);
    }
    below += counts[bounds.length];
    bucket(below, "+Inf", labels);
    text.append(family).append("_sum");
    labels(labels);
    text.append(' ').append(shown(histogram.sum(), isSeconds)).append('\n');
    text.append(family).append("_count");
    labels(labels);
    text.append(' ').append(below).append('\n');
    return this;
  }

  private void bucket(final long count, final String bound, final String... labels) {
    final String[] all = Arrays.copyOf(labels, labels.length + 2);
    all[labels.length] = "le";
    all[labels.length + 1] = bound;
    text.append(family).append("_bucket");
    labels(all);
    text.append(' ').append(count).append('\n');
  }

  private static String shown(final long value, final boolean isSeconds) {
    return isSeconds ? plain(BigDecimal.valueOf(value, NS_DIGITS)) : Long.toString(value);
  }

  private static String plain(final BigDecimal value) {
    return value.stripTrailingZeros().toPlainString();
  }

  /** A sample of the family begun last; labels are names and values in turn. */
  public MetricsText sample(final long value, final String... labels) {
    text.append(family);
    labels(labels);
    text.append(' ').append(value).append('\n');
    return this;
  }

  private void labels(final String... labels) {
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      escape(labels[i + 1], true);
      text.append('"');
    }
    text.append(labels.length == 0 ? "" : "}");
  }

  /** Everything written so far. */
  public byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private MetricsText family(final String name, final String type, final String help) {
    family = name;
    text.append("# HELP ").append(name).append(' ');
    escape(help, false);
    text.append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  private void escape(final String value, final boolean isLabel) {
    for (int i = 0; i < value.length(); i++) {
      final char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '"' -> text.append(isLabel ? "\\\"" : "\"");
        default -> text.append(c);
      }
    }
  }
}
