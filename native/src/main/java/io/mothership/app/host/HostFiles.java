package io.mothership.app.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The machine's files below a root: {@code /}, or a folder that stands for another machine. What is
 * not there, or may not be read, is empty.
 */
public final class HostFiles {
  private static final int LENGTH_MAX = 4 * 1024 * 1024;

  private final Path root;

  public HostFiles(final Path root) {
    this.root = root;
  }

  /** This machine's. */
  public static HostFiles system() {
    return new HostFiles(Path.of("/"));
  }

  /** All of a file, at most 4 MiB; {@code path} without its first slash. */
  public Optional<byte[]> bytes(final String path) {
    try (var in = Files.newInputStream(root.resolve(path))) {
      return Optional.of(in.readNBytes(LENGTH_MAX));
    } catch (final IOException e) {
      return Optional.empty();
    }
  }

  public Optional<String> text(final String path) {
    return bytes(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** The lines of a file; none if it cannot be read. */
  public List<String> lines(final String path) {
    return text(path).map(text -> text.lines().toList()).orElse(List.of());
  }

  /**
   * The number behind a word at the beginning of a line, as in {@code VmRSS: 1234 kB}; the largest
   * there is for {@code unlimited}.
   */
  public OptionalLong number(final String path, final String word) {
    for (final String line : lines(path)) {
      if (line.startsWith(word)) {
        final String[] parts = line.substring(word.length()).strip().split("\\s+");
        return parsed(parts[0]);
      }
    }
    return OptionalLong.empty();
  }

  /** A file that is one number. */
  public OptionalLong number(final String path) {
    return text(path).map(text -> parsed(text.strip())).orElse(OptionalLong.empty());
  }

  private static OptionalLong parsed(final String text) {
    if (text.equals("unlimited")) {
      return OptionalLong.of(Long.MAX_VALUE);
    }
    return text.matches("-?[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }

  public boolean exists(final String path) {
    return Files.exists(root.resolve(path));
  }

  /** Names in a folder. */
  public List<String> names(final String path) {
    final List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(root.resolve(path))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    } catch (final IOException | java.nio.file.DirectoryIteratorException e) {
      return List.of();
    }
    return names;
  }

  /** Where a symbolic link leads. */
  public Optional<String> link(final String path) {
    try {
      return Optional.of(Files.readSymbolicLink(root.resolve(path)).toString());
    } catch (final IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }
}
