package io.mothership.api.rest;

import io.mothership.error.ServiceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is wrong with a body: all of it, so that nobody has to mend one thing after the other. */
final class Problems {
  /** A body can have more mistakes than anybody reads. */
  private static final int COUNT_MAX = 32;

  private final List<Map<String, String>> problems = new ArrayList<>();

  void add(final String field, final String message) {
    if (problems.size() < COUNT_MAX) {
      problems.add(Map.of("field", field, "message", message));
    }
  }

  int count() {
    return problems.size();
  }

  /**
   * @throws ServiceException {@code INVALID} with the first problem's message and all of them in
   *     {@code details.problems}, if there are any
   */
  void check() {
    if (!problems.isEmpty()) {
      throw new ServiceException(
          ServiceException.Kind.INVALID,
          Rules.CODE,
          problems.getFirst().get("message"),
          Map.of("problems", List.copyOf(problems)));
    }
  }
}
