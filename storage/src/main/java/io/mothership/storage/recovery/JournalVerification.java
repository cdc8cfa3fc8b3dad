package io.mothership.storage.recovery;

import io.mothership.journal.FrameConsumer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of reading a journal without changing anything; takes no lock, so it also works on the
 * journal of a running process, whose last record may then count as unfinished, and whose segments
 * come and go meanwhile.
 *
 * @param isClean whether the last stop was clean
 * @param segments segment files read
 * @param bytes their used bytes, up to the last record
 * @param frames good records
 * @param firstSequence lowest journal sequence, 0 in an empty journal
 * @param lastSequence highest journal sequence, 0 in an empty journal
 * @param firstTimeNs time of the oldest record, 0 in an empty journal
 * @param lastTimeNs time of the newest record, 0 in an empty journal
 * @param unfinishedBytes bytes at the end that an unclean stop left behind; the next open erases
 *     them
 * @param checkpoints good checkpoints
 * @param damagedCheckpoints checkpoint files that can't be used
 * @param damage ranges that should hold records and don't
 */
public record JournalVerification(
    boolean isClean,
    int segments,
    long bytes,
    long frames,
    long firstSequence,
    long lastSequence,
    long firstTimeNs,
    long lastTimeNs,
    long unfinishedBytes,
    int checkpoints,
    int damagedCheckpoints,
    List<Damage> damage) {

  /** Whether everything that should be there is. */
  public boolean isGood() {
    return damage.isEmpty() && damagedCheckpoints == 0;
  }

  /** Reads the journal of a data directory. */
  public static JournalVerification of(final Path dataDirectory) {
    return of(dataDirectory, (frame, location) -> {});
  }

  /**
   * Reads the journal of a data directory.
   *
   * @param consumer sees every good record in journal order
   * @throws io.mothership.error.MothershipException {@code JOURNAL_UNREADABLE}: there is none, or
   *     the disk fails
   */
  public static JournalVerification of(final Path dataDirectory, final FrameConsumer consumer) {
    return ofNewest(dataDirectory, Long.MAX_VALUE, consumer);
  }

  /**
   * Reads the newest segments of a journal only, as many as have {@code bytesMax} bytes together,
   * and at least one.
   *
   * @param consumer sees their good records in journal order
   * @throws io.mothership.error.MothershipException {@code JOURNAL_UNREADABLE}: there is none, or
   *     the disk fails
   */
  public static JournalVerification ofNewest(
      final Path dataDirectory, final long bytesMax, final FrameConsumer consumer) {
    return ofNewest(FileFacade.system(), dataDirectory, bytesMax, consumer);
  }

  /** The same, through calls to the operating system that a test may see. */
  public static JournalVerification ofNewest(
      final FileFacade files,
      final Path dataDirectory,
      final long bytesMax,
      final FrameConsumer consumer) {
    try {
      return new VerificationRun(files, dataDirectory, consumer).run(bytesMax);
    } catch (final IOException e) {
      throw JournalState.unreadable(dataDirectory, e);
    }
  }
}
