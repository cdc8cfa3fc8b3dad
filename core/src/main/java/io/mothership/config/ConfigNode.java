package io.mothership.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

  /**
   * {@code { … }} in the order of the file.
   *
   * @param variables names of entries that some value refers to: they need not be keys
   */
  record Block(Place place, Map<String, Entry> entries, Set<String> variables)
      implements ConfigNode {
    static Block at(final Place place) {
      return new Block(place, new LinkedHashMap<>(), new HashSet<>());
    }

    boolean isVariable(final Entry entry) {
      return variables.contains(entry.key());
    }
  }

  /** {@code [ … ]}. */
  record Sequence(Place place, List<ConfigNode> elements) implements ConfigNode {}

  /** A key and what it is set to. */
  record Entry(Place place, String key, ConfigNode value) {}
}
