package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

final class SystemFileFacade implements FileFacade {
  static final FileFacade INSTANCE = new SystemFileFacade();

  private SystemFileFacade() {}

  @Override
  public FileChannel open(final Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Override
  public void write(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  @Override
  public void sync(final FileChannel channel) throws IOException {
    channel.force(false);
  }

  @Override
  public void syncDirectory(final Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(final Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public long usableBytes(final Path directory) throws IOException {
    // A file store would be looked up in the list of mounts, where a chroot's root does not stand.
    final long bytes = directory.toFile().getUsableSpace();
    if (bytes == 0 && !Files.isDirectory(directory)) {
      throw new NoSuchFileException(directory.toString());
    }
    return bytes;
  }
}
