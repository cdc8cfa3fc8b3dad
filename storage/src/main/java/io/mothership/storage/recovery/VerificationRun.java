package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.journal.FrameConsumer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a journal from front to back while its owner may seal, free and rewrite segments.
 *
 * <p>Where a segment that is to be read has no file any more, the folder is looked at again: it was
 * sealed and has another name, it was freed, or another stands for it. That one may also stand for
 * segments that were read already; their records are passed over, as they were seen.
 *
 * <p><i>Thread:</i> one, once.
 */
final class VerificationRun {
  private static final int LOOKS_MAX = 1_000;

  private final FileFacade files;
  private final Path directory;
  private final CheckpointFiles checkpoints;
  private final FrameConsumer consumer;
  private final List<Damage> damage = new ArrayList<>();
  private final SegmentExaminer examiner = new SegmentExaminer(this::onFrame, this::onDamage);
  private final Set<Integer> examined = new HashSet<>();
  private Optional<JournalState> state = Optional.empty();
  private boolean isPartlySeen;
  private int looks;
  private long bytes;
  private long firstSequence = Long.MAX_VALUE;
  private long lastSequence;
  private long firstTimeNs = Long.MAX_VALUE;
  private long lastTimeNs;
  private long unfinishedBytes;

  VerificationRun(final FileFacade files, final Path dataDirectory, final FrameConsumer consumer) {
    this.files = files;
    this.consumer = consumer;
    this.directory = SegmentFiles.journalDirectory(dataDirectory);
    this.checkpoints = new CheckpointFiles(files, dataDirectory);
  }

  JournalVerification run(final long bytesMax) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "JOURNAL_UNREADABLE",
          "there is no journal: path=" + directory);
    }
    state = JournalState.read(files, directory);
    examineAll(bytesMax);
    int good = 0;
    int damaged = 0;
    for (final Path file : checkpoints.list()) {
      try {
        if (CheckpointFiles.isGood(files, file)) {
          good++;
        } else {
          damaged++;
        }
      } catch (final NoSuchFileException e) {
        // A newer one has come, and this one has gone.
      }
    }
    final boolean isEmpty = examiner.scanner().frames() == 0;
    return new JournalVerification(
        examined.isEmpty() || state.filter(JournalState::isClean).isPresent(),
        examined.size(),
        bytes,
        examiner.scanner().frames(),
        isEmpty ? 0 : firstSequence,
        lastSequence,
        isEmpty ? 0 : firstTimeNs,
        lastTimeNs,
        unfinishedBytes,
        good,
        damaged,
        List.copyOf(damage));
  }

  private void examineAll(final long bytesMax) throws IOException {
    NavigableMap<Integer, Path> known = newest(look(), bytesMax);
    Map.Entry<Integer, Path> next = known.firstEntry();
    while (next != null) {
      final int segment = next.getKey();
      try {
        examine(segment, next.getValue(), segment == known.lastKey());
        examined.add(segment);
        next = known.higherEntry(segment);
      } catch (final NoSuchFileException e) {
        known = look();
        next = inPlaceOf(segment, known);
      }
    }
  }

  /** What there is now; of segments and others that stand for them, the others. */
  private NavigableMap<Integer, Path> look() throws IOException {
    while (true) {
      try {
        final NavigableMap<Integer, Path> found = SegmentFiles.list(directory);
        ReplacedSegments.takeFrom(files, found);
        return found;
      } catch (final NoSuchFileException e) {
        if (++looks > LOOKS_MAX) {
          throw e;
        }
      }
    }
  }

  private Map.Entry<Integer, Path> inPlaceOf(
      final int segment, final NavigableMap<Integer, Path> known) throws IOException {
    if (++looks > LOOKS_MAX) {
      throw new IOException("segment comes and goes: segment=" + segment);
    }
    final Map.Entry<Integer, Path> found = known.floorEntry(segment);
    if (found == null || examined.contains(found.getKey())) {
      return known.higherEntry(segment);
    }
    if (found.getKey() == segment) {
      return found;
    }
    isPartlySeen = SegmentFiles.isRewritten(found.getKey());
    return isPartlySeen ? found : known.higherEntry(segment);
  }

  private static NavigableMap<Integer, Path> newest(
      final NavigableMap<Integer, Path> all, final long bytesMax) throws IOException {
    long bytes = 0;
    for (final Map.Entry<Integer, Path> entry : all.descendingMap().entrySet()) {
      bytes += length(entry.getValue());
      if (bytes > bytesMax) {
        return all.tailMap(entry.getKey(), entry.getKey().equals(all.lastKey()));
      }
    }
    return all;
  }

  private static long length(final Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (final NoSuchFileException e) {
      return 0;
    }
  }

  private void examine(final int segment, final Path file, final boolean isLast)
      throws IOException {
    try (SegmentMapping mapping = mapping(file)) {
      mapping.touchAll();
      examine(segment, file, isLast, mapping);
    } finally {
      isPartlySeen = false;
    }
  }

  /** Whoever seals a segment cuts it off: what of a mapping was cut off cannot be looked at. */
  private SegmentMapping mapping(final Path file) throws IOException {
    return SegmentFiles.isSealed(file)
        ? SegmentMapping.open(files, file)
        : copyBetweenStartAndStop(file);
  }

  /** The state tells about a copy only if it was the same before and after it was made. */
  private SegmentMapping copyBetweenStartAndStop(final Path file) throws IOException {
    while (true) {
      final Optional<JournalState> before = JournalState.read(files, directory);
      final SegmentMapping copy = SegmentMapping.copyOf(files, file);
      state = JournalState.read(files, directory);
      if (state.equals(before)) {
        return copy;
      }
      copy.close();
    }
  }

  private void examine(
      final int segment, final Path file, final boolean isLast, final SegmentMapping mapping) {
    final int cleanEnd = Recovery.cleanEnd(state, segment);
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

  private void onDamage(final Damage found) {
    if (!isPartlySeen || found.reason() != Damage.Reason.SEQUENCE) {
      damage.add(found);
    }
  }

  private void onFrame(final FrameView frame, final long location) {
    firstSequence = Math.min(firstSequence, frame.journalSequence());
    if (frame.journalSequence() >= lastSequence) {
      lastSequence = frame.journalSequence();
      lastTimeNs = frame.timeNs();
    }
    firstTimeNs = Math.min(firstTimeNs, frame.timeNs());
    consumer.onFrame(frame, location);
  }
}
