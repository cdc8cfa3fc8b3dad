package io.mothership.config;

import java.util.List;
import java.util.Map;

/** A piece of a configuration file, with the place where it stands. */
sealed interface ConfigNode {

  Place place();

  /** A line of a file. */
  record Place(String file, int line) {
    @Override
    public String toString() {
      return file + ":" + line;
    }
  }

  /** A word, number or quoted text; its meaning depends on the key. */
  record Scalar(Place place, String text, boolean isQuoted) implements ConfigNode {}

  /** {@code { … }} in the order of the file. */
  record Block(Place place, Map<String, Entry> entries) implements ConfigNode {}

  /** {@code [ … ]}. */
  record Sequence(Place place, List<ConfigNode> elements) implements ConfigNode {}

  /** A key and what it is set to. */
  record Entry(Place place, String key, ConfigNode value) {}
}
