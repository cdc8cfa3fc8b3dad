package io.mothership.app;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * A real ext4 file system on a device that has promised more than it has: its blocks lie in a pool,
 * which can be taken away. From then on each block that was never written before is lost when it is
 * written back: the sync that waits for it fails, the next one says that all is well, and until the
 * file system is mounted anew reads show what the device does not have. The file system's own
 * blocks are in the pool from the start, so it goes on.
 *
 * <p>Mounting takes root: see {@link LoopFileSystem#mount}.
 */
final class ThinFileSystem implements AutoCloseable {
  private static final int BLOCK = 4096;
  private static final int PART = 1024 * 1024;
  private static final long UNMOUNT_LIMIT_NS = TimeUnit.SECONDS.toNanos(10);

  private final Path pool;
  private final Path image;
  private final Path mount;

  private ThinFileSystem(final Path folder) throws IOException {
    pool = Files.createDirectories(folder.resolve("pool"));
    mount = Files.createDirectories(folder.resolve("disk"));
    image = pool.resolve("disk.img");
  }

  /** Makes and mounts one; everything of it lies below {@code folder}, and in memory. */
  static ThinFileSystem mount(final Path folder, final long bytes)
      throws IOException, InterruptedException {
    LoopFileSystem.assumeMountable();
    final ThinFileSystem disk = new ThinFileSystem(folder);
    LoopFileSystem.run(
        "mount", "-t", "tmpfs", "-o", "size=" + (bytes + PART), "tmpfs", disk.pool.toString());
    boolean isMounted = false;
    try {
      disk.make(bytes);
      isMounted = true;
      return disk;
    } finally {
      if (!isMounted) {
        LoopFileSystem.run("umount", "-l", disk.pool.toString());
      }
    }
  }

  private void make(final long bytes) throws IOException, InterruptedException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    LoopFileSystem.run(
        "mkfs.ext4",
        "-q",
        "-m",
        "0",
        "-b",
        Integer.toString(BLOCK),
        "-E",
        "nodiscard,lazy_itable_init=0,lazy_journal_init=0",
        image.toString());
    fillHoles();
    mount();
    // Gives back to the pool what the file system does not use itself.
    LoopFileSystem.run("fstrim", mount.toString());
  }

  private void fillHoles() throws IOException {
    final ByteBuffer part = ByteBuffer.allocate(PART);
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long at = 0; at < channel.size(); at += part.limit()) {
        channel.read(part.clear(), at);
        channel.write(part.flip(), at);
      }
    }
  }

  private void mount() throws IOException, InterruptedException {
    LoopFileSystem.run("mount", "-o", "loop", image.toString(), mount.toString());
    // A request of which the pool took a part counts as done: so each is for one block.
    final Path device = Path.of("/sys/block").resolve(device());
    Files.writeString(device.resolve("queue/max_sectors_kb"), Integer.toString(BLOCK / 1024));
  }

  private String device() throws IOException {
    for (final String line : Files.readAllLines(Path.of("/proc/mounts"))) {
      final String[] words = line.split(" ");
      if (words[1].equals(mount.toString())) {
        return words[0].substring(words[0].lastIndexOf('/') + 1);
      }
    }
    throw new IOException("not mounted: " + mount);
  }

  /** Where it is mounted. */
  Path path() {
    return mount;
  }

  /** Takes all that is left in the pool. */
  void exhaust() throws IOException {
    try (FileChannel channel =
        FileChannel.open(ballast(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (true) {
        channel.write(ByteBuffer.allocate(BLOCK));
      }
    } catch (final IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  /** Gives it back. */
  void relieve() throws IOException {
    Files.delete(ballast());
  }

  private Path ballast() {
    return pool.resolve("ballast");
  }

  /** Forgets what is only in memory and not on the device; nobody may have a file open. */
  void mountAnew() throws IOException, InterruptedException {
    final long deadlineNs = System.nanoTime() + UNMOUNT_LIMIT_NS;
    while (true) {
      try {
        LoopFileSystem.run("umount", mount.toString());
        break;
      } catch (final IOException e) {
        if (System.nanoTime() - deadlineNs >= 0) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
    mount();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    LoopFileSystem.run("umount", "-l", mount.toString());
    LoopFileSystem.run("umount", "-l", pool.toString());
  }
}
