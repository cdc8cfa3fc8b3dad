package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;
import io.mothership.journal.FrameConsumer;
import io.mothership.journal.FrameView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * The result of reading a whole journal without changing anything; takes no lock, so it also works
 * on the journal of a running process, whose last record may then count as unfinished.
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
    try {
      return new Run(dataDirectory, consumer).run(bytesMax);
    } catch (final IOException e) {
      throw JournalState.unreadable(dataDirectory, e);
    }
  }

  private static final class Run {
    private final Path directory;
    private final FileFacade files = FileFacade.system();
    private final CheckpointFiles checkpoints;
    private final FrameConsumer consumer;
    private final List<Damage> damage = new ArrayList<>();
    private final SegmentExaminer examiner = new SegmentExaminer(this::onFrame, damage::add);
    private long bytes;
    private long firstSequence = Long.MAX_VALUE;
    private long lastSequence;
    private long firstTimeNs = Long.MAX_VALUE;
    private long lastTimeNs;
    private long unfinishedBytes;

    Run(final Path dataDirectory, final FrameConsumer consumer) {
      this.consumer = consumer;
      directory = SegmentFiles.journalDirectory(dataDirectory);
      checkpoints = new CheckpointFiles(files, dataDirectory);
    }

    JournalVerification run(final long bytesMax) throws IOException {
      if (!Files.isDirectory(directory)) {
        throw new MothershipException(
            MothershipException.Category.ENVIRONMENT,
            "JOURNAL_UNREADABLE",
            "there is no journal: path=" + directory);
      }
      final NavigableMap<Integer, Path> all = SegmentFiles.list(directory);
      ReplacedSegments.takeFrom(files, all);
      final NavigableMap<Integer, Path> found = newest(all, bytesMax);
      final Optional<JournalState> state = JournalState.read(files, directory);
      for (final Map.Entry<Integer, Path> entry : found.entrySet()) {
        examine(
            entry.getKey(),
            entry.getValue(),
            entry.getKey().equals(found.lastKey()),
            Recovery.cleanEnd(state, entry.getKey()));
      }
      int good = 0;
      final List<Path> kept = checkpoints.list();
      for (final Path file : kept) {
        good += CheckpointFiles.isGood(files, file) ? 1 : 0;
      }
      final boolean isEmpty = examiner.scanner().frames() == 0;
      return new JournalVerification(
          found.isEmpty() || state.filter(JournalState::isClean).isPresent(),
          found.size(),
          bytes,
          examiner.scanner().frames(),
          isEmpty ? 0 : firstSequence,
          lastSequence,
          isEmpty ? 0 : firstTimeNs,
          lastTimeNs,
          unfinishedBytes,
          good,
          kept.size() - good,
          List.copyOf(damage));
    }

    private static NavigableMap<Integer, Path> newest(
        final NavigableMap<Integer, Path> all, final long bytesMax) throws IOException {
      long bytes = 0;
      for (final Map.Entry<Integer, Path> entry : all.descendingMap().entrySet()) {
        bytes += Files.size(entry.getValue());
        if (bytes > bytesMax) {
          return all.tailMap(entry.getKey(), entry.getKey().equals(all.lastKey()));
        }
      }
      return all;
    }

    private void examine(
        final int segment, final Path file, final boolean isLast, final int cleanEnd)
        throws IOException {
      try (SegmentMapping mapping = SegmentMapping.open(files, file)) {
        mapping.touchAll();
        final boolean isOpenEnded = isLast && SegmentExaminer.isOpenEnded(file, cleanEnd);
        final Optional<SegmentDescriptor> descriptor = examiner.descriptor(segment, mapping);
        if (isOpenEnded && examiner.isUnfinished(descriptor, mapping.buffer(), mapping.length())) {
          unfinishedBytes = SegmentScanner.lastNonZero(mapping.buffer(), mapping.length());
          return;
        }
        if (descriptor.isEmpty()) {
          damage.add(new Damage(segment, 0, mapping.length(), Damage.Reason.SEGMENT));
          return;
        }
        final SegmentScanner.Outcome outcome =
            examiner
                .examine(
                    descriptor.get(),
                    mapping.buffer(),
                    mapping.length(),
                    SegmentExaminer.FROM_START,
                    isOpenEnded,
                    cleanEnd)
                .outcome();
        bytes += outcome.end();
        if (isOpenEnded) {
          unfinishedBytes = Math.max(0, outcome.noiseEnd() - outcome.end());
        }
      }
    }

    private void onFrame(final FrameView frame, final long location) {
      firstSequence = Math.min(firstSequence, frame.journalSequence());
      lastSequence = Math.max(lastSequence, frame.journalSequence());
      firstTimeNs = Math.min(firstTimeNs, frame.timeNs());
      lastTimeNs = Math.max(lastTimeNs, frame.timeNs());
      consumer.onFrame(frame, location);
    }
  }
}
