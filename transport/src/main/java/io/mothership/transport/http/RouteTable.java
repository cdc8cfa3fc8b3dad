package io.mothership.transport.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds what serves a path. Immutable after construction; any thread. */
final class RouteTable {
  private final Map<String, Entry> literals = new HashMap<>();
  private final List<Entry> templates = new ArrayList<>();

  RouteTable(final List<Route> routes, final List<? extends UpgradeRoute> upgrades) {
    for (final Route route : routes) {
      final Entry entry = entry(route.template());
      if (entry.routes.putIfAbsent(route.method(), route) != null) {
        throw new IllegalArgumentException(
            "two routes for " + route.method() + " " + route.template());
      }
    }
    for (final UpgradeRoute upgrade : upgrades) {
      entry(upgrade.template()).upgrades.add(upgrade);
    }
  }

  private Entry entry(final String template) {
    final String[] segments = split(template);
    if (!template.contains("{")) {
      return literals.computeIfAbsent(template, key -> new Entry(segments));
    }
    for (final Entry entry : templates) {
      if (String.join("/", entry.segments).equals(String.join("/", segments))) {
        return entry;
      }
    }
    final Entry entry = new Entry(segments);
    templates.add(entry);
    return entry;
  }

  /**
   * @throws IllegalArgumentException if a segment has a broken escape
   */
  Optional<Match> match(final String path) {
    final Entry literal = literals.get(path);
    if (literal != null) {
      return Optional.of(new Match(literal, Map.of()));
    }
    final String[] segments = split(path);
    for (final Entry entry : templates) {
      if (entry.segments.length == segments.length) {
        final Map<String, String> parameters = new HashMap<>();
        if (entry.accepts(segments, parameters)) {
          return Optional.of(new Match(entry, parameters));
        }
      }
    }
    return Optional.empty();
  }

  private static String[] split(final String path) {
    return path.substring(1).split("/", -1);
  }

  /** A path that is served, whatever the method. */
  record Match(Entry entry, Map<String, String> parameters) {
    /** What serves a method; GET serves HEAD. */
    Optional<Route> route(final String method) {
      Route found = entry.routes.get(method);
      if (found == null && method.equals("HEAD")) {
        found = entry.routes.get("GET");
      }
      return Optional.ofNullable(found != null ? found : entry.routes.get(Route.ANY_METHOD));
    }

    Optional<UpgradeRoute> upgrade() {
      return entry.upgrades.stream().findFirst();
    }

    /** How a refusal of any method reads here. */
    RefusalRenderer refusals() {
      return entry.routes.values().stream()
          .map(Route::refusals)
          .findFirst()
          .orElse(RefusalRenderer.STANDARD);
    }

    String allowed() {
      final Set<String> methods = new TreeSet<>(entry.routes.keySet());
      if (methods.isEmpty()) {
        methods.add("GET");
      } else if (methods.contains("GET")) {
        methods.add("HEAD");
      }
      methods.add("OPTIONS");
      return String.join(", ", methods);
    }
  }

  static final class Entry {
    private final String[] segments;
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final List<UpgradeRoute> upgrades = new ArrayList<>();

    Entry(final String[] segments) {
      this.segments = segments;
    }

    boolean accepts(final String[] actual, final Map<String, String> parameters) {
      for (int i = 0; i < segments.length; i++) {
        final String wanted = segments[i];
        if (wanted.startsWith("{")) {
          if (actual[i].isEmpty()) {
            return false;
          }
          // '+' is an ordinary character in a path; only a query reads it as a space.
          parameters.put(
              wanted.substring(1, wanted.length() - 1),
              QueryStringDecoder.decodeComponent(actual[i].replace("+", "%2B")));
        } else if (!wanted.equals(actual[i])) {
          return false;
        }
      }
      return true;
    }
  }
}
