package io.mothership.storage.journal;

import io.mothership.error.MothershipException;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a data directory to one process. The operating system frees it when the process ends,
 * however it ends, so a stale lock can't exist; the process id in the file is only there to name
 * the owner.
 */
public final class DirectoryLock implements AutoCloseable {
  /** Code of the refusal: somebody else has it. */
  public static final String LOCKED = "JOURNAL_LOCKED";

  private static final int TEXT_LENGTH_MAX = 32;
  private static final int TRIES = 50;
  private static final long PAUSE_NS = 20_000_000L;

  private final FileChannel channel;

  private DirectoryLock(final FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks {@code .lock} in a directory, creating both.
   *
   * @throws MothershipException {@code JOURNAL_LOCKED}: another process, or another journal in this
   *     one, has the directory
   */
  public static DirectoryLock acquire(final Path directory) {
    final Path file = directory.resolve(".lock");
    try {
      FileFacade.system().createDirectories(directory);
      final FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      try {
        if (!tryPatiently(channel)) {
          throw locked(file, "pid=" + ownerOf(channel));
        }
        channel.truncate(0);
        final String pid = ProcessHandle.current().pid() + "\n";
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
        return new DirectoryLock(channel);
      } catch (final OverlappingFileLockException e) {
        channel.close();
        throw locked(file, "pid=" + ProcessHandle.current().pid() + " (this process)");
      } catch (final IOException | MothershipException e) {
        channel.close();
        throw e;
      }
    } catch (final IOException e) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "JOURNAL_UNREADABLE",
          "cannot lock the data directory: path=" + file + ", cause=" + e,
          e);
    }
  }

  /**
   * Who has a directory locked, without changing anything: a process id, {@code unknown} if the
   * file does not say, or empty if nobody has. Not to be asked inside the process that has it.
   *
   * @throws IOException the lock file may not be opened
   */
  public static Optional<String> owner(final Path directory) throws IOException {
    final Path file = directory.resolve(".lock");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null ? Optional.of(ownerOf(channel)) : Optional.empty();
    }
  }

  /** A killed process keeps its locks until its last thread is gone, some milliseconds later. */
  private static boolean tryPatiently(final FileChannel channel) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      final FileLock lock = channel.tryLock();
      if (lock != null) {
        return true;
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
    return false;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (final IOException e) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "JOURNAL_UNREADABLE",
          "cannot release the data directory: cause=" + e,
          e);
    }
  }

  private static MothershipException locked(final Path file, final String owner) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        LOCKED,
        "data directory is in use: path=" + file.getParent() + ", " + owner);
  }

  private static String ownerOf(final FileChannel channel) throws IOException {
    final ByteBuffer text = ByteBuffer.allocate(TEXT_LENGTH_MAX);
    channel.read(text, 0);
    final String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    return pid.strip().matches("[0-9]{1,10}") ? pid.strip() : "unknown";
  }
}
