package io.mothership.app;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A real file system of a given length, ext4 in a file or tmpfs, so that a disk can be filled
 * without harm to others. Mounting takes root: without it the caller's test is skipped, and fails
 * where CI is true.
 */
final class LoopFileSystem implements AutoCloseable {
  private static final int PART = 256 * 1024;

  private final Path mount;

  private LoopFileSystem(final Path mount) {
    this.mount = mount;
  }

  /** Makes and mounts one; image and mount point lie below {@code folder}. */
  static LoopFileSystem mount(final Path folder, final long bytes)
      throws IOException, InterruptedException {
    assumeMountable();
    final Path image = folder.resolve("disk.img");
    final Path mount = Files.createDirectories(folder.resolve("disk"));
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    run("mkfs.ext4", "-q", "-m", "0", image.toString());
    run("mount", "-o", "loop", image.toString(), mount.toString());
    return new LoopFileSystem(mount);
  }

  /** One that lies in memory; {@code folder} is where it is mounted. */
  static LoopFileSystem mountInMemory(final Path folder, final long bytes)
      throws IOException, InterruptedException {
    assumeMountable();
    final Path mount = Files.createDirectories(folder.resolve("memory"));
    run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", mount.toString());
    return new LoopFileSystem(mount);
  }

  static void assumeMountable() {
    Assumptions.assumeTrue(
        isRoot() || "true".equals(System.getenv("CI")),
        "a file system can be mounted by root only");
  }

  /** Where it is mounted. */
  Path path() {
    return mount;
  }

  long usableBytes() throws IOException {
    return Files.getFileStore(mount).getUsableSpace();
  }

  /** A file that takes space away until it is deleted; as long as wanted, or as there is space. */
  Path ballast(final String name, final long bytes) throws IOException {
    final Path file = mount.resolve(name);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      int part = PART;
      for (long written = 0; written < bytes && part > 0; ) {
        try {
          written += channel.write(ByteBuffer.allocate((int) Math.min(part, bytes - written)));
        } catch (final IOException e) {
          if (!String.valueOf(e.getMessage()).contains("No space left")) {
            throw e;
          }
          channel.force(true);
          part /= 2;
        }
      }
      channel.force(true);
    }
    return file;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run("umount", "-l", mount.toString());
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  static void run(final String... command) throws IOException, InterruptedException {
    final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    final String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", List.of(command)) + ": " + output);
    }
  }
}
