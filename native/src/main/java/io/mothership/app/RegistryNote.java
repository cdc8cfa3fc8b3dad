package io.mothership.app;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file in the data folder that says in which PostgreSQL database the records are: a start that
 * was not told would begin an empty registry in SQLite beside a journal full of events of the other
 * one.
 *
 * <p>A start with another database replaces it. It holds no secret.
 *
 * <p><i>Thread:</i> main.
 */
final class RegistryNote {
  private static final String NAME = "registry";

  private final Path file;
  private final Optional<String> elsewhere;

  /**
   * @param elsewhere which PostgreSQL database this start takes, without secrets; empty for SQLite
   */
  RegistryNote(final Path dataFolder, final Optional<String> elsewhere) {
    this.file = dataFolder.resolve(NAME);
    this.elsewhere = elsewhere;
  }

  /**
   * To be called before the registry is opened.
   *
   * @throws MothershipException {@code REGISTRY_ELSEWHERE} if the records are in PostgreSQL and
   *     this start would take SQLite
   */
  void check() {
    if (elsewhere.isEmpty() && Files.exists(file)) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "REGISTRY_ELSEWHERE",
          "the records of this data folder are in another database, and DATABASE_URL"
              + " (storage.database_url) is not set: last="
              + read()
              + "; nothing was changed. Set it, or delete "
              + file
              + " to go on without those records");
    }
  }

  /** To be called when the registry was opened. */
  void write() {
    if (elsewhere.isEmpty() || Files.exists(file) && read().equals(elsewhere.get())) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, elsewhere.get() + "\n", StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw unusable(e);
    }
  }

  private String read() {
    try {
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (final IOException e) {
      throw unusable(e);
    }
  }

  private MothershipException unusable(final IOException cause) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "REGISTRY_NOTE",
        "cannot use the note of where the records are: path=" + file + ", cause=" + cause,
        cause);
  }
}
