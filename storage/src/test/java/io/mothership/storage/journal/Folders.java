package io.mothership.storage.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whole folders. */
final class Folders {
  private Folders() {}

  /** Copies files and folders into one that is not there yet. */
  static void copy(final Path from, final Path to) {
    try (var found = Files.walk(from)) {
      for (final Path file : found.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
