package io.mothership.storage.power;

import io.mothership.journal.SimulatedDisk.Fault;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;

/** The journal's way to a {@link PowerCutDisk}; beside power cuts it knows the usual faults. */
public final class PowerCutFiles implements FileFacade {
  private static final long LITTLE = 32 * 1024;

  private final FileFacade system = FileFacade.system();
  private final PowerCutDisk disk;
  private final Map<FileChannel, Path> opened = new IdentityHashMap<>();
  private Fault fault = Fault.NONE;

  public PowerCutFiles(final PowerCutDisk disk) {
    this.disk = disk;
  }

  /** What the next call of that kind meets. */
  public synchronized void fail(final Fault next) {
    fault = next;
  }

  @Override
  public synchronized FileChannel open(final Path file) throws IOException {
    disk.call();
    final FileChannel channel = system.open(file);
    disk.opened(file);
    opened.put(channel, file);
    return channel;
  }

  @Override
  public synchronized void write(
      final FileChannel channel, final ByteBuffer bytes, final long position) throws IOException {
    disk.call();
    if (fault == Fault.DISK_FULL) {
      throw new IOException("No space left on device");
    }
    system.write(channel, bytes, position);
  }

  @Override
  public synchronized void sync(final FileChannel channel) throws IOException {
    disk.call();
    if (fault == Fault.SYNC_FAILS) {
      fault = Fault.NONE;
      throw new IOException("Input/output error");
    }
    disk.synced(opened.get(channel));
  }

  @Override
  public synchronized void syncDirectory(final Path directory) throws IOException {
    disk.call();
    disk.directorySynced(directory);
  }

  @Override
  public synchronized void createDirectories(final Path directory) throws IOException {
    if (directory.startsWith(disk.folder())) {
      disk.made(directory);
    }
    FileFacade.super.createDirectories(directory);
  }

  @Override
  public synchronized void rename(final Path from, final Path to) throws IOException {
    disk.call();
    disk.renaming(from, to);
    system.rename(from, to);
    opened.replaceAll((channel, file) -> file.equals(from) ? to : file);
  }

  @Override
  public synchronized void delete(final Path file) throws IOException {
    disk.call();
    disk.deleting(file);
    system.delete(file);
  }

  @Override
  public synchronized long usableBytes(final Path directory) {
    return switch (fault) {
      case DISK_FULL -> 0;
      case SPACE_LOW -> LITTLE;
      default -> Long.MAX_VALUE;
    };
  }
}
