package io.mothership.app.style;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which module may use which, and which libraries belong to which: docs/internals/architecture.md.
 */
final class ImportRules {
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?m)^import\\s+(?:static\\s+)?([\\w.]+)\\s*;|\\b(io\\.mothership\\.[\\w.]+)");

  private static final Map<String, Set<String>> ALLOWED =
      Map.of(
          "core", Set.of("core"),
          "transport", Set.of("core", "transport"),
          "storage", Set.of("core", "storage"),
          "api", Set.of("core", "transport", "storage", "api"),
          "alien", Set.of("alien"),
          "native", Set.of("core", "transport", "storage", "api", "alien", "native"),
          "benchmarks",
              Set.of("core", "transport", "storage", "api", "alien", "native", "benchmarks"));

  /** Modules that may import a library's packages. */
  private static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "io.netty", Set.of("transport", "native", "benchmarks"),
          "net.openhft", Set.of("storage", "benchmarks"),
          "java.sql", Set.of("storage"),
          "org.sqlite", Set.of("storage"),
          "org.postgresql", Set.of("storage"),
          "io.nats", Set.of("transport", "alien", "native", "benchmarks"),
          "picocli", Set.of("native"),
          "com.oracle.svm", Set.of("native"),
          "java.util.logging", Set.of("native"));

  /** What a service's part of a transaction may throw; it goes no further than the repositories. */
  private static final String THROWN_BY_TRANSACTIONS = "java.sql.SQLException";

  private ImportRules() {}

  static List<String> violations(final String module, final String text) {
    final List<String> found = new ArrayList<>();
    final Matcher matcher = REFERENCE.matcher(SourceRules.withoutComments(text));
    while (matcher.find()) {
      final String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
      owner(name)
          .filter(owner -> !ALLOWED.get(module).contains(owner))
          .ifPresent(owner -> found.add(module + " may not use " + owner + ": " + name));
      LIBRARIES.forEach(
          (library, modules) -> {
            if (name.startsWith(library + ".")
                && !modules.contains(module)
                && !name.equals(THROWN_BY_TRANSACTIONS)) {
              found.add(module + " may not use " + library + ": " + name);
            }
          });
    }
    return found;
  }

  private static Optional<String> owner(final String name) {
    if (!name.startsWith("io.mothership.")) {
      return Optional.empty();
    }
    final String first = name.substring("io.mothership.".length()).split("\\.", 2)[0];
    return Optional.of(
        switch (first) {
          case "transport", "storage", "api", "alien", "benchmarks" -> first;
          case "app" -> "native";
          default -> "core";
        });
  }
}
