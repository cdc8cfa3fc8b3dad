package io.mothership.storage.backup;

import io.mothership.error.MothershipException;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Puts a backup into an empty folder, every byte compared with its hash on the way.
 *
 * <p><i>Thread:</i> one.
 */
public final class Restore {
  static final String DATABASE = "mothership.db";
  private static final String UNFINISHED = ".restoring";

  private Restore() {}

  /** Names of all backups in a target, newest first. */
  public static List<String> names(final Path source) {
    try {
      return new BackupStore(source).names();
    } catch (final IOException e) {
      throw failed(source, source, e);
    }
  }

  /**
   * Restores; the folder gets its name when everything is in it.
   *
   * @param name of the backup; empty: the newest
   * @throws MothershipException {@code NOT_EMPTY}, {@code BACKUP_DAMAGED}, {@code RESTORE_FAILED}:
   *     there is no folder then
   */
  public static Backup.Summary run(
      final Path source,
      final Path dataDirectory,
      final Optional<String> name,
      final Backup.Progress progress) {
    final Path folder = dataDirectory.toAbsolutePath();
    final Path unfinished = folder.resolveSibling(folder.getFileName() + UNFINISHED);
    try {
      requireEmpty(folder);
      final BackupStore store = new BackupStore(source);
      final BackupManifest manifest = store.find(name);
      delete(unfinished);
      final long totalBytes =
          manifest.entries().stream().mapToLong(BackupManifest.Entry::length).sum();
      try {
        write(store, manifest, unfinished, totalBytes, progress);
        Files.deleteIfExists(folder);
        Files.move(unfinished, folder);
        FileFacade.system().syncDirectory(folder.getParent());
      } finally {
        delete(unfinished);
      }
      return new Backup.Summary(manifest.name(), manifest.entries().size(), totalBytes, totalBytes);
    } catch (final IOException e) {
      throw failed(source, folder, e);
    }
  }

  private static void write(
      final BackupStore store,
      final BackupManifest manifest,
      final Path folder,
      final long totalBytes,
      final Backup.Progress progress)
      throws IOException {
    final long[] done = {0};
    for (final BackupManifest.Entry entry : manifest.entries()) {
      final Path file = folder.resolve(entry.path()).normalize();
      if (!file.startsWith(folder)) {
        throw new IOException("a path leads out of the folder: " + entry.path());
      }
      store.get(
          entry,
          file,
          bytes -> {
            done[0] += bytes;
            progress.onProgress(done[0], totalBytes);
          });
    }
  }

  private static void requireEmpty(final Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> found = Files.list(folder)) {
      if (found.findAny().isPresent()) {
        throw new MothershipException(
            MothershipException.Category.INPUT,
            "NOT_EMPTY",
            "there is something in it already, nothing was changed: path=" + folder);
      }
    }
  }

  private static void delete(final Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static MothershipException failed(
      final Path source, final Path folder, final IOException cause) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "RESTORE_FAILED",
        "cannot restore: from=" + source + ", to=" + folder + ", cause=" + cause,
        cause);
  }
}
