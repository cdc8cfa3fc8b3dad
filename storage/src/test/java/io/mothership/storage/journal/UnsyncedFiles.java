package io.mothership.storage.journal;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Real files, for tests in which the power stays on: a sync does nothing. */
final class UnsyncedFiles implements FileFacade {
  private final FileFacade system = FileFacade.system();

  @Override
  public FileChannel open(final Path file) throws IOException {
    return system.open(file);
  }

  @Override
  public void write(final FileChannel channel, final ByteBuffer bytes, final long position)
      throws IOException {
    system.write(channel, bytes, position);
  }

  @Override
  public void sync(final FileChannel channel) {}

  @Override
  public void syncDirectory(final Path directory) {}

  @Override
  public void rename(final Path from, final Path to) throws IOException {
    system.rename(from, to);
  }

  @Override
  public void delete(final Path file) throws IOException {
    system.delete(file);
  }

  @Override
  public long usableBytes(final Path directory) throws IOException {
    return system.usableBytes(directory);
  }
}
