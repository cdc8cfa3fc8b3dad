package io.mothership.config;

import io.mothership.error.MothershipException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Everything found wrong so far. */
final class ConfigProblems {
  private final List<Problem> problems = new ArrayList<>();

  void add(final String source, final String message) {
    problems.add(new Problem(source, message));
  }

  List<Problem> list() {
    return problems;
  }

  /** Throws all of them together, one a line, if there are any. */
  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "CONFIG_INVALID",
          problems.size() == 1
              ? problems.getFirst().toString()
              : problems.size()
                  + " problems in the configuration:\n"
                  + problems.stream().map(p -> "  " + p).collect(Collectors.joining("\n")));
    }
  }
}
