package io.mothership.storage.sql;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A SQLite database as files, after the disk failed to write or sync one of them.
 *
 * <p>The operating system may then take pages for written that the disk does not have, even after
 * they were written again. SQLite would go on with them, at once and after a restart, so neither is
 * left to it: a mark, which has to outlive the process and not the machine, makes the next start
 * copy what it finds to new files.
 *
 * @param database its file
 */
record SqliteFiles(Path database) {

  void mark() throws IOException {
    Files.write(beside("-failed"), new byte[0]);
  }

  boolean isMarked() {
    return Files.exists(beside("-failed"));
  }

  /** Nobody has the database open. */
  void copyMarked() throws IOException {
    for (final Path file : List.of(database, beside("-wal"))) {
      if (Files.exists(file)) {
        copy(file);
      }
    }
    Files.delete(beside("-failed"));
  }

  /** Of the same content, so it does not matter which is there after a power cut. */
  private static void copy(final Path file) throws IOException {
    final Path copied = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(copied);
    Files.copy(file, copied);
    sync(copied, StandardOpenOption.WRITE);
    Files.move(copied, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(file.toAbsolutePath().getParent(), StandardOpenOption.READ);
  }

  private static void sync(final Path path, final StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  private Path beside(final String suffix) {
    return database.resolveSibling(database.getFileName() + suffix);
  }
}
