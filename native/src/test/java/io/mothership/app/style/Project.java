package io.mothership.app.style;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of the project, as seen from a test of the last module but one. */
final class Project {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final List<String> MODULES =
      List.of("core", "transport", "storage", "api", "alien", "native", "benchmarks");

  private Project() {}

  /** A source file. */
  record Source(String module, Path path, String text) {
    boolean isMain() {
      return path.toString().contains("/src/main/");
    }

    /** Relative to the project's folder. */
    String name() {
      return ROOT.relativize(path).toString();
    }
  }

  static List<Source> sources() {
    final List<Source> sources = new ArrayList<>();
    for (final String module : MODULES) {
      for (final Path path : files(ROOT.resolve(module).resolve("src"), ".java")) {
        try {
          sources.add(new Source(module, path, Files.readString(path)));
        } catch (final IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return sources;
  }

  /** Compiled classes of the modules that hold what runs per message. */
  static List<Path> hotClassFiles() {
    return classFiles(List.of("core", "transport", "storage"));
  }

  /** Compiled classes of the whole product. */
  static List<Path> classFiles() {
    return classFiles(List.of("core", "transport", "storage", "api", "alien", "native"));
  }

  private static List<Path> classFiles(final List<String> modules) {
    final List<Path> classes = new ArrayList<>();
    for (final String module : modules) {
      classes.addAll(files(ROOT.resolve(module).resolve("target/classes"), ".class"));
    }
    return classes;
  }

  private static List<Path> files(final Path folder, final String ending) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> path.toString().endsWith(ending)).sorted().toList();
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
