package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An empty file that says that a write or sync of the segment being written failed.
 *
 * <p>It has to outlive the process, not the machine: it warns of pages in memory that the operating
 * system takes for written and the disk does not have. Where they are gone, it may be gone too. So
 * it is not synced, which after such a failure would say nothing.
 *
 * <p><i>Thread:</i> the one that writes the journal.
 */
public final class FailureMark {
  private static final String NAME = "failed";

  private FailureMark() {}

  /** A disk that does not even take it has to be mounted anew, which is as good as the mark. */
  public static void set(
      final FileFacade files, final Path journalDirectory, final Throwable failure) {
    try {
      files.open(file(journalDirectory)).close();
    } catch (final IOException e) {
      failure.addSuppressed(e);
    }
  }

  static boolean isSet(final Path journalDirectory) {
    return Files.exists(file(journalDirectory));
  }

  /** To be called when nothing in use was written before it was set. */
  static void clear(final FileFacade files, final Path journalDirectory) throws IOException {
    files.delete(file(journalDirectory));
  }

  private static Path file(final Path journalDirectory) {
    return journalDirectory.resolve(NAME);
  }
}
