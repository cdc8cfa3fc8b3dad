package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.CheckpointStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Checkpoints as files in {@code checkpoint/}: written beside, synced, renamed, so that a file with
 * a final name is whole; its CRC covers all of it.
 *
 * <p><i>Thread:</i> one at a time.
 */
public final class CheckpointFiles implements CheckpointStore {
  private static final String SUFFIX = ".checkpoint";
  private static final int MAGIC = 0x5048434D;
  private static final int VERSION = 1;
  private static final int HEADER_LENGTH = 64;
  private static final int KEPT = 2;

  private final FileFacade files;
  private final Path directory;

  public CheckpointFiles(final FileFacade files, final Path dataDirectory) {
    this.files = files;
    this.directory = dataDirectory.resolve("checkpoint");
  }

  @Override
  public void write(final Checkpoint checkpoint) {
    final DirectBuffer state = checkpoint.state();
    final byte[] copy = new byte[state.capacity()];
    state.getBytes(0, copy);
    final ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0, MAGIC).putInt(4, VERSION).putInt(12, copy.length);
    header.putLong(16, checkpoint.journalSequence()).putLong(24, checkpoint.location());
    header.putLong(32, checkpoint.timeNs()).putLong(40, checkpoint.outboxId());
    header.putInt(48, checkpoint.epoch());
    header.putInt(8, crc(header, copy));
    final String digits = Long.toString(checkpoint.journalSequence());
    final String name = "0".repeat(19 - digits.length()) + digits + SUFFIX;
    try {
      Files.createDirectories(directory);
      JournalState.replace(files, directory.resolve(name), header, ByteBuffer.wrap(copy));
      final List<Path> newestFirst = list();
      for (final Path old :
          newestFirst.subList(Math.min(KEPT, newestFirst.size()), newestFirst.size())) {
        files.delete(old);
      }
    } catch (final IOException e) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "CHECKPOINT_FAILED",
          "cannot write checkpoint: path=" + directory.resolve(name) + ", cause=" + e,
          e);
    }
  }

  /** Files with a final name, newest first; nothing of them was looked at. */
  List<Path> list() throws IOException {
    final List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
        entries.forEach(found::add);
      }
    }
    found.sort(Comparator.comparing((Path file) -> file.getFileName().toString()).reversed());
    return found;
  }

  /** The checkpoint in a file; empty if it is damaged or of another version. */
  static Optional<Checkpoint> read(final Path file) throws IOException {
    final byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEADER_LENGTH) {
      return Optional.empty();
    }
    final ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    header.put(0, bytes, 0, HEADER_LENGTH);
    final byte[] state = java.util.Arrays.copyOfRange(bytes, HEADER_LENGTH, bytes.length);
    final int crc = header.getInt(8);
    header.putInt(8, 0);
    if (header.getInt(0) != MAGIC
        || header.getInt(4) != VERSION
        || header.getInt(12) != state.length
        || crc != crc(header, state)) {
      return Optional.empty();
    }
    return Optional.of(
        new Checkpoint(
            header.getLong(16),
            header.getLong(24),
            header.getInt(48),
            header.getLong(32),
            header.getLong(40),
            new UnsafeBuffer(state)));
  }

  private static int crc(final ByteBuffer header, final byte[] state) {
    final CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HEADER_LENGTH);
    crc.update(state, 0, state.length);
    return (int) crc.getValue();
  }
}
