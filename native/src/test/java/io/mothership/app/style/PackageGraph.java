package io.mothership.app.style;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which package of the product uses which, read from class files. */
final class PackageGraph {
  private static final Pattern REFERENCE = Pattern.compile("io/mothership/(?:[a-z_]+/)*[A-Z]\\w*");

  /** Errors of the first doors, which go when the doors stand on {@code api.rest}. */
  private static final Set<String> LEAVING =
      Set.of("io/mothership/api/ApiException", "io/mothership/api/Envelope");

  /** By user and used, with a class of each as the example. */
  private final Map<String, Map<String, String>> arrows = new TreeMap<>();

  /** Adds what a class uses. */
  PackageGraph add(final byte[] classFile) {
    final ClassModel model = ClassFile.of().parse(classFile);
    final String user = model.thisClass().asInternalName();
    for (final PoolEntry entry : model.constantPool()) {
      if (entry instanceof final Utf8Entry text && !LEAVING.contains(user)) {
        final Matcher matcher = REFERENCE.matcher(text.stringValue());
        while (matcher.find()) {
          if (!LEAVING.contains(matcher.group())) {
            add(user, matcher.group());
          }
        }
      }
    }
    return this;
  }

  /** Adds that one class uses another, both as class files name them. */
  PackageGraph add(final String user, final String used) {
    final String from = packageOf(user);
    final String to = packageOf(used);
    if (!from.equals(to)) {
      arrows
          .computeIfAbsent(from, key -> new TreeMap<>())
          .putIfAbsent(to, simpleName(user) + " uses " + simpleName(used));
    }
    return this;
  }

  private static String packageOf(final String internalName) {
    return internalName.substring(0, internalName.lastIndexOf('/')).replace('/', '.');
  }

  private static String simpleName(final String internalName) {
    return internalName.substring(internalName.lastIndexOf('/') + 1);
  }

  /** One line for each pair of packages of which each can be reached from the other. */
  List<String> circles() {
    final List<String> found = new ArrayList<>();
    final Set<String> told = new HashSet<>();
    for (final String start : arrows.keySet()) {
      final Set<String> circle = new TreeSet<>();
      for (final String other : reachable(start)) {
        if (reachable(other).contains(start)) {
          circle.add(other);
        }
      }
      if (!circle.isEmpty() && told.add(circle.toString())) {
        found.add("circle " + circle + ": " + String.join("; ", inside(circle)));
      }
    }
    return found;
  }

  private List<String> inside(final Set<String> circle) {
    final List<String> lines = new ArrayList<>();
    for (final String from : circle) {
      arrows
          .get(from)
          .forEach(
              (to, example) -> {
                if (circle.contains(to)) {
                  lines.add(from + " → " + to + " (" + example + ")");
                }
              });
    }
    return lines;
  }

  private Set<String> reachable(final String start) {
    final Set<String> seen = new TreeSet<>();
    final List<String> open = new ArrayList<>(List.of(start));
    while (!open.isEmpty()) {
      for (final String next : arrows.getOrDefault(open.removeLast(), Map.of()).keySet()) {
        if (seen.add(next)) {
          open.add(next);
        }
      }
    }
    return seen;
  }

  /** Arrows that {@code rooms} do not have, in the order of who has them. */
  List<String> violations(final PackageRooms rooms) {
    final List<String> found = new ArrayList<>();
    arrows.forEach(
        (from, used) ->
            used.forEach(
                (to, example) ->
                    rooms
                        .violation(from, to)
                        .ifPresent(rule -> found.add(rule + " (" + example + ")"))));
    found.sort(Comparator.naturalOrder());
    return found;
  }
}
