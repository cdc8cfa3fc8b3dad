package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal's small state file: whether the last stop was clean, and what an open would otherwise
 * have to find by scanning.
 *
 * @param isClean false while the journal is open
 * @param epoch epoch of the last open
 * @param segment last segment ever used, so that no number is used twice
 * @param end offset after its last record at a clean stop
 * @param lastSequence journal sequence of the last record at a clean stop
 * @param lastTimeNs its time
 * @param lastOutboxId highest SQL outbox id at a clean stop
 */
public record JournalState(
    boolean isClean,
    int epoch,
    int segment,
    int end,
    long lastSequence,
    long lastTimeNs,
    long lastOutboxId) {

  private static final Logger LOG = LoggerFactory.getLogger(JournalState.class);
  private static final String NAME = "journal.state";
  private static final int MAGIC = 0x5453534D;
  private static final int VERSION = 1;
  private static final int LENGTH = 64;
  private static final int CRC_OFFSET = LENGTH - Integer.BYTES;

  /** The state of a journal that is being written. */
  public static JournalState open(final int epoch, final int segment) {
    return new JournalState(false, epoch, segment, 0, 0, 0, 0);
  }

  /** The stored state; empty if there is none, it is damaged, or the disk cannot read it. */
  public static Optional<JournalState> read(final FileFacade files, final Path journalDirectory) {
    final ByteBuffer bytes = ByteBuffer.allocate(LENGTH + 1).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = files.openToRead(journalDirectory.resolve(NAME))) {
      files.read(channel, bytes, 0);
    } catch (final NoSuchFileException e) {
      return Optional.empty();
    } catch (final IOException e) {
      // Everything it says is found by looking at the segments too.
      LOG.error("the journal's state cannot be read: {}", e.toString());
      return Optional.empty();
    }
    if (bytes.position() != LENGTH
        || bytes.getInt(0) != MAGIC
        || bytes.getInt(CRC_OFFSET) != crc(bytes)) {
      return Optional.empty();
    }
    FormatVersion.refuseNewer("the journal", bytes.getInt(4), VERSION);
    if (bytes.getInt(4) != VERSION) {
      return Optional.empty();
    }
    return Optional.of(
        new JournalState(
            bytes.getInt(8) == 1,
            bytes.getInt(12),
            bytes.getInt(16),
            bytes.getInt(20),
            bytes.getLong(24),
            bytes.getLong(32),
            bytes.getLong(40)));
  }

  /** Replaces the stored state; it survives a power cut when this returns. */
  public void write(final FileFacade files, final Path journalDirectory) throws IOException {
    final ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0, MAGIC).putInt(4, VERSION).putInt(8, isClean ? 1 : 0).putInt(12, epoch);
    bytes.putInt(16, segment).putInt(20, end);
    bytes.putLong(24, lastSequence).putLong(32, lastTimeNs).putLong(40, lastOutboxId);
    bytes.putInt(CRC_OFFSET, crc(bytes));
    replace(files, journalDirectory.resolve(NAME), bytes);
  }

  /**
   * Writes a file beside its target, syncs it, renames it over the target and syncs the directory.
   */
  static void replace(final FileFacade files, final Path target, final ByteBuffer... parts)
      throws IOException {
    final Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    files.delete(temporary);
    try (FileChannel channel = files.open(temporary)) {
      long position = 0;
      for (final ByteBuffer part : parts) {
        final int length = part.remaining();
        files.write(channel, part, position);
        position += length;
      }
      files.sync(channel);
    }
    files.rename(temporary, target);
    files.syncDirectory(target.getParent());
  }

  static MothershipException unreadable(final Path file, final IOException cause) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "JOURNAL_UNREADABLE",
        "cannot open the journal: path=" + file + ", cause=" + cause,
        cause);
  }

  private static int crc(final ByteBuffer bytes) {
    final CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, CRC_OFFSET);
    return (int) crc.getValue();
  }
}
