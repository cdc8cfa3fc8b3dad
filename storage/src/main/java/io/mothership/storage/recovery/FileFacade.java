package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The calls into the operating system on which durability hangs, so that tests can make each one
 * fail.
 *
 * <p><i>Thread:</i> any. <i>Allocates:</i> nothing in {@link #write} and {@link #sync}.
 */
public interface FileFacade {

  /** Opens for reading and writing, creating the file if it isn't there. */
  FileChannel open(Path file) throws IOException;

  /** Opens for reading. */
  default FileChannel openToRead(final Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /** Reads into {@code bytes} from {@code position} on until it is full or the file ends. */
  default void read(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    long at = position;
    int count = 0;
    while (bytes.hasRemaining() && count >= 0) {
      count = channel.read(bytes, at);
      at += count;
    }
  }

  /** Writes all of {@code bytes} at {@code position}. */
  void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException;

  /** Cuts a file off. */
  default void truncate(final FileChannel channel, final long length) throws IOException {
    channel.truncate(length);
  }

  /** {@code fdatasync}. */
  void sync(FileChannel channel) throws IOException;

  /** Makes created, renamed and deleted names in a directory survive a power cut. */
  void syncDirectory(Path directory) throws IOException;

  /** Renames within a file system, replacing the target. */
  void rename(Path from, Path to) throws IOException;

  /** Gives a file a second name. */
  default void link(final Path link, final Path existing) throws IOException {
    Files.createLink(link, existing);
  }

  /** Makes a directory, and those above it that are missing, whose names survive a power cut. */
  default void createDirectories(final Path directory) throws IOException {
    final Path wanted = directory.toAbsolutePath();
    if (Files.isDirectory(wanted) || wanted.getParent() == null) {
      return;
    }
    createDirectories(wanted.getParent());
    Files.createDirectories(wanted);
    try {
      syncDirectory(wanted.getParent());
    } catch (final AccessDeniedException e) {
      // Where one may make a name and not list them, the name is as safe as others make it.
    }
  }

  /** Deletes a file if it is there. */
  void delete(Path file) throws IOException;

  /** Bytes this process may still write on the file system of {@code directory}. */
  long usableBytes(Path directory) throws IOException;

  /** The operating system itself. */
  static FileFacade system() {
    return SystemFileFacade.INSTANCE;
  }
}
