package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of zeros that a start on a full disk gives up: some things have to be written before
 * anything can be read, such as the index of the registry's write-ahead log.
 *
 * <p><i>Thread:</i> the one that starts the appliance.
 */
public final class SpareFile {
  private static final String NAME = "spare";
  private static final int LENGTH = 1024 * 1024;
  private static final int NEEDED_BYTES = LENGTH / 2;

  private SpareFile() {}

  /** Deletes it where the disk is full, makes it where it is not. */
  public static void prepare(final FileFacade files, final Path folder) throws IOException {
    files.createDirectories(folder);
    final Path spare = folder.resolve(NAME);
    final long usableBytes = files.usableBytes(folder);
    if (usableBytes < NEEDED_BYTES) {
      files.delete(spare);
    } else if (usableBytes > 2 * LENGTH && !isWhole(spare)) {
      write(files, spare);
    }
  }

  private static boolean isWhole(final Path spare) throws IOException {
    return Files.exists(spare) && Files.size(spare) == LENGTH;
  }

  private static void write(final FileFacade files, final Path spare) throws IOException {
    try (FileChannel channel = files.open(spare)) {
      files.write(channel, ByteBuffer.allocate(LENGTH), 0);
      files.sync(channel);
    } catch (final IOException e) {
      files.delete(spare);
      throw e;
    }
  }
}
