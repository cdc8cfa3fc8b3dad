package io.mothership.app.style;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rooms of a package tree and the arrows between them: docs/internals/architecture.md. A package
 * below a room belongs to that room; the tree's own package is its wiring and may use every room.
 */
final class PackageRooms {
  /** JetStream's rooms: downwards only, and whoever is outside sees the façade and its values. */
  static final PackageRooms JETSTREAM =
      new PackageRooms("io.mothership.jetstream")
          .room("index")
          .room("model", "index")
          .room("stream", "model", "index")
          .room("consumer", "stream", "model", "index")
          .room("api", "consumer", "stream", "model", "index")
          .openTo("model");

  /** A domain each, on four that everybody may use. Nobody uses {@code ingest}. */
  static final PackageRooms SERVICES =
      new PackageRooms("io.mothership.api")
          .shared("rest", "security")
          .shared("records", "security")
          .shared("follow", "records", "security")
          .shared("security")
          .room("fleet")
          .room("commands", "fleet")
          .room("telemetry", "fleet")
          .room("status")
          .room("web")
          .room("ingest", "fleet", "telemetry")
          .room("sinks")
          .room("webhooks")
          .room("health", "fleet", "telemetry")
          .room("missions", "commands", "fleet")
          .room("trips", "missions", "fleet")
          .room("services", "fleet")
          .room("plugins")
          .room("ui", "fleet")
          .room("telescope", "fleet")
          .room("video", "fleet");

  private final String tree;
  private final Map<String, Set<String>> rooms = new HashMap<>();
  private final Set<String> shared = new HashSet<>();
  private final Set<String> open = new HashSet<>();

  PackageRooms(final String tree) {
    this.tree = tree;
  }

  /** Draws a room and what it may use beside what is shared. */
  PackageRooms room(final String name, final String... used) {
    rooms.put(name, Set.of(used));
    return this;
  }

  /** Draws a room that every other may use, except those that it uses itself. */
  PackageRooms shared(final String name, final String... used) {
    shared.add(name);
    return room(name, used);
  }

  /** Lets whoever is outside the tree use a room; without one, all are open. */
  PackageRooms openTo(final String name) {
    open.add(name);
    return this;
  }

  /** What is wrong about an arrow, if anything is. */
  Optional<String> violation(final String from, final String to) {
    if (!isInside(to)) {
      return Optional.empty();
    }
    final String used = roomOf(to);
    if (!isInside(from)) {
      return open.isEmpty() || used.isEmpty() || open.contains(used)
          ? Optional.empty()
          : Optional.of(from + " may not look into " + to);
    }
    final String user = roomOf(from);
    if (user.isEmpty() || user.equals(used)) {
      return Optional.empty();
    }
    if (!rooms.containsKey(user)) {
      return Optional.of(from + " is a room that is not drawn");
    }
    final boolean isAllowed =
        rooms.get(user).contains(used) || shared.contains(used) && !shared.contains(user);
    return isAllowed ? Optional.empty() : Optional.of(from + " may not use " + to);
  }

  private boolean isInside(final String name) {
    return name.equals(tree) || name.startsWith(tree + ".");
  }

  private String roomOf(final String name) {
    return name.equals(tree) ? "" : name.substring(tree.length() + 1).split("\\.", 2)[0];
  }
}
