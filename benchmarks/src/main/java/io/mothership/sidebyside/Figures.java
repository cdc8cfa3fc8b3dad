package io.mothership.sidebyside;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What each run measured, by name, and the table of medians. */
final class Figures {
  private final Map<String, List<Double>> ours = new LinkedHashMap<>();
  private final Map<String, List<Double>> theirs = new LinkedHashMap<>();

  void add(final boolean isOurs, final String name, final double value) {
    (isOurs ? ours : theirs).computeIfAbsent(name, key -> new ArrayList<>()).add(value);
  }

  /** One row per figure: median, least and most of both servers, and the ratio of the medians. */
  String table() {
    final StringBuilder table =
        new StringBuilder(
            "| figure | Open Mothership: median (least to most) | nats-server | ratio |\n"
                + "|---|---|---|---|\n");
    for (final Map.Entry<String, List<Double>> row : ours.entrySet()) {
      final List<Double> other = theirs.getOrDefault(row.getKey(), List.of());
      table
          .append("| ")
          .append(row.getKey())
          .append(" | ")
          .append(summary(row.getValue()))
          .append(" | ")
          .append(other.isEmpty() ? "" : summary(other))
          .append(" | ")
          .append(other.isEmpty() ? "" : "%.2f".formatted(median(row.getValue()) / median(other)))
          .append(" |\n");
    }
    return table.toString();
  }

  private static String summary(final List<Double> values) {
    return "%,.0f (%,.0f to %,.0f)"
        .formatted(median(values), Collections.min(values), Collections.max(values));
  }

  private static double median(final List<Double> values) {
    final List<Double> sorted = values.stream().sorted().toList();
    final int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
