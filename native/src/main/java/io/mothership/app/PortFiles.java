package io.mothership.app;

import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.ProcessKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The files that tell others where this process listens; removed when it ends. */
final class PortFiles implements AutoCloseable {
  private final List<Path> written = new ArrayList<>();

  /** Writes what is configured; every file appears whole or not at all. */
  static PortFiles write(final MothershipConfig config, final Map<String, Integer> ports) {
    final PortFiles files = new PortFiles();
    final long pid = ProcessHandle.current().pid();
    config.path(ProcessKeys.PID_FILE).ifPresent(path -> files.write(path, pid + "\n"));
    config
        .path(ProcessKeys.PORTS_FILE_DIR)
        .ifPresent(
            folder ->
                files.write(
                    folder.resolve("nats-server_" + pid + ".ports"), asNatsServer(config, ports)));
    config
        .path(ProcessKeys.PORTS_FILE)
        .ifPresent(
            path -> {
              final StringBuilder lines = new StringBuilder();
              ports.forEach(
                  (name, port) -> lines.append(name).append('=').append(port).append('\n'));
              files.write(path, lines.toString());
            });
    return files;
  }

  private static String asNatsServer(
      final MothershipConfig config, final Map<String, Integer> ports) {
    final List<String> members = new ArrayList<>();
    final Integer nats = ports.get("nats");
    if (nats != null) {
      members.add(member("nats", "nats", config.text(NatsKeys.HOST), nats));
    }
    final Integer monitor = ports.get("monitor");
    if (monitor != null) {
      members.add(member("monitoring", "http", config.text(MonitorKeys.HOST), monitor));
    }
    return "{" + String.join(",", members) + "}";
  }

  private static String member(
      final String name, final String scheme, final String host, final int port) {
    // Whoever reads it connects to it, which "any address" is not good for.
    final String reachable = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
    return "\"" + name + "\":[\"" + scheme + "://" + reachable + ":" + port + "\"]";
  }

  private void write(final Path path, final String text) {
    try {
      final Path target = path.toAbsolutePath();
      final Path parent = target.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      final Path part = target.resolveSibling(target.getFileName() + ".part");
      Files.writeString(part, text);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      written.add(target);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    for (final Path path : written) {
      try {
        Files.deleteIfExists(path);
      } catch (final IOException e) {
        // It names a process that has gone; the next start replaces it.
        continue;
      }
    }
  }
}
