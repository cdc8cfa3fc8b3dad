package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;

import io.mothership.frame.FrameView;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.Journal;
import io.mothership.journal.Location;
import io.mothership.journal.RecoveryListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a journal's files into a state in which Chronicle may open them, and hands every good
 * record to a listener on the way.
 *
 * <p>Only the last segment can hold unfinished writes: a segment is created after all before it
 * were synced. There, a hole after the last point known to be synced is where the stop interrupted
 * us, and everything from it on is erased, so that what remains is a prefix of what was written. A
 * hole anywhere else is damage: reported, left as it is, and read around.
 *
 * <p><i>Thread:</i> the one that opens the journal.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  /**
   * The outcome.
   *
   * @param report for people and upper layers
   * @param segments every segment that can be read, in order
   * @param active the last of them, prepared to be continued by Chronicle; empty: start a new one
   * @param nextSegment number for the next new segment
   * @param checkpoint the one that the listener took, whose state it may still look at
   */
  public record Recovered(
      RecoveryReport report,
      List<SegmentIndex> segments,
      Optional<SegmentIndex> active,
      int nextSegment,
      Optional<CheckpointFiles.Opened> checkpoint) {}

  private final FileFacade files;
  private final Path directory;
  private final CheckpointFiles checkpoints;
  private final RecoveryListener listener;
  private final int segmentBytes;

  private final ByteBuffer scratch = SegmentMapping.newScratch();
  private final List<Damage> damage = new ArrayList<>();
  private final List<SegmentIndex> segments = new ArrayList<>();
  private final Set<Integer> knownReplacing = new HashSet<>();
  private final SegmentExaminer examiner = new SegmentExaminer(this::onFrame, damage::add);
  private final SegmentScanner scanner = examiner.scanner();
  private boolean isThinned;
  private boolean isCheckpointLost;
  private SegmentIndex scanned;
  private SegmentIndex active;
  private int lastEpoch;
  private int highestEpoch;
  private long lastTimeNs;
  private long lastOutboxId;
  private long lastLocation = Journal.NOWHERE;
  private long located;
  private long discardedBytes;

  public Recovery(
      final FileFacade files,
      final Path dataDirectory,
      final int segmentBytes,
      final RecoveryListener listener) {
    this.files = files;
    this.directory = SegmentFiles.journalDirectory(dataDirectory);
    this.checkpoints = new CheckpointFiles(files, dataDirectory);
    this.segmentBytes = segmentBytes;
    this.listener = listener;
  }

  /** Does everything; the caller holds the directory's lock. */
  public Recovered run() {
    try {
      files.createDirectories(directory);
      checkpoints.createDirectory();
      files.delete(SegmentFiles.chronicleMetadata(directory));
      final Optional<JournalState> state = JournalState.read(files, directory);
      state.ifPresent(known -> highestEpoch = known.epoch());
      final NavigableMap<Integer, Path> found = SegmentFiles.list(directory);
      deleteReplaced(found);
      final boolean isClean =
          found.isEmpty() && state.isEmpty() || state.isPresent() && state.get().isClean();
      final Optional<CheckpointFiles.Opened> restored = restoreCheckpoint(found);
      final Optional<Checkpoint> checkpoint = restored.map(CheckpointFiles.Opened::checkpoint);
      final int last = found.isEmpty() ? 0 : found.lastKey();
      for (final Map.Entry<Integer, Path> entry : found.entrySet()) {
        final boolean isLast = entry.getKey() == last;
        final int cleanEnd = isLast ? cleanEnd(state, last) : SegmentExaminer.END_UNKNOWN;
        final boolean isOpenEnded =
            isLast && SegmentExaminer.isOpenEnded(entry.getValue(), cleanEnd);
        recover(entry.getKey(), entry.getValue(), checkpoint, isOpenEnded, cleanEnd);
      }
      hideFromChronicle();
      FailureMark.clear(files, directory);
      final RecoveryReport report = report(isClean, checkpoint, state);
      return new Recovered(
          report,
          segments,
          Optional.ofNullable(active),
          SegmentFiles.next(Math.max(last, state.map(JournalState::segment).orElse(0))),
          restored);
    } catch (final IOException e) {
      throw JournalState.unreadable(directory, e);
    }
  }

  private void deleteReplaced(final NavigableMap<Integer, Path> found) throws IOException {
    SegmentFiles.deleteUnfinished(files, directory);
    checkpoints.deleteUnfinished();
    final List<Path> replaced = ReplacedSegments.takeFrom(files, found);
    for (final Path file : replaced) {
      files.delete(file);
    }
    if (!replaced.isEmpty()) {
      files.syncDirectory(directory);
    }
  }

  private RecoveryReport report(
      final boolean isClean,
      final Optional<Checkpoint> checkpoint,
      final Optional<JournalState> state) {
    final long lastSequence =
        Math.max(
            Math.max(scanner.lastSequence(), 0),
            state.filter(JournalState::isClean).map(JournalState::lastSequence).orElse(0L));
    return new RecoveryReport(
        isClean,
        Math.max(highestEpoch, lastEpoch) + 1,
        lastSequence,
        lastEpoch,
        lastTimeNs,
        lastOutboxId,
        lastLocation,
        scanner.frames(),
        checkpoint,
        !isThinned,
        discardedBytes,
        List.copyOf(damage));
  }

  static int cleanEnd(final Optional<JournalState> state, final int segment) {
    return state
        .filter(known -> known.isClean() && known.segment() == segment)
        .map(JournalState::end)
        .orElse(SegmentExaminer.END_UNKNOWN);
  }

  private Optional<CheckpointFiles.Opened> restoreCheckpoint(
      final NavigableMap<Integer, Path> found) throws IOException {
    final List<Path> passedOver = new ArrayList<>();
    for (final Path file : checkpoints.list()) {
      final Optional<CheckpointFiles.Opened> candidate = opened(file);
      if (candidate.isPresent()) {
        if (isTaken(candidate.get(), found)) {
          forget(passedOver);
          return candidate;
        }
        candidate.get().close();
      }
      passedOver.add(file);
    }
    isCheckpointLost = !passedOver.isEmpty();
    return Optional.empty();
  }

  /**
   * Newer checkpoints than the one that was taken are of no use any more, and would count among the
   * two that are kept.
   */
  private void forget(final List<Path> passedOver) throws IOException {
    for (final Path file : passedOver) {
      LOG.error("a checkpoint cannot be used and is deleted, as an older one can: path={}", file);
      files.delete(file);
    }
  }

  private Optional<CheckpointFiles.Opened> opened(final Path file) throws IOException {
    try {
      return CheckpointFiles.open(files, file);
    } catch (final OutOfMemoryError e) {
      throw new IOException(
          "no memory for the state of all streams, raise MaxDirectMemorySize above twice its"
              + " length: path="
              + file
              + ", bytes="
              + Files.size(file),
          e);
    }
  }

  private boolean isTaken(
      final CheckpointFiles.Opened candidate, final NavigableMap<Integer, Path> found)
      throws IOException {
    final Checkpoint checkpoint = candidate.checkpoint();
    if (!isInJournal(checkpoint, found) || !listener.onCheckpoint(checkpoint, candidate.state())) {
      return false;
    }
    for (final int segment : found.keySet()) {
      if (candidate.knows(segment)) {
        knownReplacing.add(segment);
      }
    }
    lastEpoch = checkpoint.epoch();
    lastTimeNs = checkpoint.timeNs();
    lastOutboxId = checkpoint.outboxId();
    lastLocation = checkpoint.location();
    located = checkpoint.journalSequence();
    scanner.lastSequence(checkpoint.journalSequence());
    return true;
  }

  /**
   * A checkpoint counts only if the frame it ends with is in the journal: it may have been lost.
   */
  private boolean isInJournal(final Checkpoint checkpoint, final NavigableMap<Integer, Path> found)
      throws IOException {
    if (checkpoint.location() == Journal.NOWHERE) {
      return false;
    }
    final int segment = Location.segment(checkpoint.location());
    if (!found.containsKey(segment)) {
      return false;
    }
    try (SegmentMapping mapping = map(found.get(segment))) {
      return examiner.hasFrame(mapping, checkpoint);
    }
  }

  private void recover(
      final int segment,
      final Path file,
      final Optional<Checkpoint> checkpoint,
      final boolean isOpenEnded,
      final int cleanEnd)
      throws IOException {
    try (SegmentMapping mapping = isOpenEnded ? mapWithHoles(file) : map(file)) {
      final Optional<SegmentDescriptor> descriptor = examiner.descriptor(segment, mapping);
      if (isOpenEnded) {
        mapping.touchAll();
      }
      if (isOpenEnded && examiner.isUnfinished(descriptor, mapping.buffer(), mapping.length())) {
        discard(file, mapping);
        return;
      }
      if (descriptor.isEmpty()) {
        damage.add(new Damage(segment, 0, mapping.length(), Damage.Reason.SEGMENT));
        listener.onSegmentLost(segment);
        return;
      }
      highestEpoch = Math.max(highestEpoch, descriptor.get().epoch());
      isThinned |= isThinnedBy(descriptor.get());
      scanned = new SegmentIndex(descriptor.get(), file);
      segments.add(scanned);
      final int covered = checkpoint.map(c -> Location.segment(c.location())).orElse(0);
      if (segment < covered) {
        recoverCovered(descriptor.get(), mapping);
        return;
      }
      mapping.touchAll();
      final int fromFrame =
          segment == covered
              ? Location.offset(checkpoint.get().location())
              : SegmentExaminer.FROM_START;
      final SegmentExaminer.Examination examination =
          examiner.examine(
              descriptor.get(),
              mapping.buffer(),
              mapping.length(),
              fromFrame,
              isOpenEnded,
              cleanEnd);
      scanned.publish(examination.outcome().end());
      final boolean isLast = isOpenEnded || cleanEnd != SegmentExaminer.END_UNKNOWN;
      if (isLast) {
        finishLast(file, mapping, examination, isOpenEnded);
      }
    }
  }

  /**
   * A file in memory (tmpfs) has no pages where it has holes, and to look there through a mapping
   * takes them: where there are none left that ends the process. Reading takes nothing.
   */
  private SegmentMapping mapWithHoles(final Path file) throws IOException {
    final long neededBytes = 2 * Files.size(file);
    return files.usableBytes(file.toAbsolutePath().getParent()) < neededBytes
        ? SegmentMapping.copyOf(files, file)
        : map(file);
  }

  private SegmentMapping map(final Path file) throws IOException {
    return SegmentMapping.open(files, () -> file, scratch);
  }

  /**
   * Whether records are missing that nobody has damaged: segments were freed before this one, or
   * only what lived was written into it. If there never was a checkpoint nothing was freed, and
   * somebody took what is missing.
   */
  private boolean isThinnedBy(final SegmentDescriptor descriptor) {
    if (segments.isEmpty()) {
      return descriptor.firstSequence() > 1
          || descriptor.kind() == SegmentDescriptor.Kind.REWRITTEN;
    }
    final int previous = segments.getLast().segment();
    final boolean isDamaged = !damage.isEmpty() && damage.getLast().segment() >= previous;
    return descriptor.kind() == SegmentDescriptor.Kind.REWRITTEN
        || isCheckpointLost
            && !isDamaged
            && descriptor.firstSequence() > scanner.lastSequence() + 1;
  }

  /**
   * The checkpoint tells all that a segment below it can, unless the segment was rewritten later:
   * then its messages lie elsewhere than the checkpoint says.
   */
  private void recoverCovered(final SegmentDescriptor descriptor, final SegmentMapping mapping) {
    if (!descriptor.isReplacing() || knownReplacing.contains(descriptor.segment())) {
      scanned.publish(mapping.usedLength());
      return;
    }
    mapping.touchAll();
    final long reached = scanner.lastSequence();
    scanner.lastSequence(Long.MIN_VALUE);
    final SegmentExaminer.Examination examination =
        examiner.examine(
            descriptor,
            mapping.buffer(),
            mapping.length(),
            SegmentExaminer.FROM_START,
            false,
            SegmentExaminer.END_UNKNOWN);
    scanner.lastSequence(reached);
    scanned.publish(examination.outcome().end());
  }

  private void finishLast(
      final Path file,
      final SegmentMapping mapping,
      final SegmentExaminer.Examination examination,
      final boolean isOpenEnded)
      throws IOException {
    final SegmentScanner.Outcome outcome = examination.outcome();
    final boolean isContinued =
        !SegmentFiles.isSealed(file) && examination.isContinuable() && outcome.end() < segmentBytes;
    if (isOpenEnded) {
      discardedBytes = Math.max(0, outcome.noiseEnd() - outcome.end());
    }
    if (isContinued || isOpenEnded) {
      final Optional<ByteBuffer> front =
          isContinued ? Optional.of(front(mapping, examination.descriptor())) : Optional.empty();
      try {
        if (FailureMark.isSet(directory)) {
          copy(file, mapping, outcome, front);
        } else {
          finishInPlace(file, mapping, examination, front);
        }
      } catch (final IOException e) {
        FailureMark.set(files, directory, e);
        throw e;
      }
    }
    if (isContinued) {
      active = scanned;
    }
  }

  private void discard(final Path file, final SegmentMapping mapping) throws IOException {
    discardedBytes = mapping.usedLength();
    files.delete(file);
    files.syncDirectory(directory);
  }

  /**
   * Writes again what was not known to be synced before it is synced, and syncs even if there is
   * nothing to write: what is handed on as recovered must stay.
   *
   * @param front takes the place of the file's first bytes
   */
  private void finishInPlace(
      final Path file,
      final SegmentMapping mapping,
      final SegmentExaminer.Examination examination,
      final Optional<ByteBuffer> front)
      throws IOException {
    final SegmentScanner.Outcome outcome = examination.outcome();
    try (FileChannel channel = files.open(file)) {
      copy(channel, mapping, examination.descriptor().syncedTo(mapping.buffer()), outcome.end());
      zero(channel, outcome.end(), outcome.noiseEnd());
      if (front.isPresent()) {
        files.write(channel, front.get(), 0);
      }
      files.sync(channel);
    }
  }

  /**
   * Writes the segment to a new file, which takes the place of the old one: after a failed sync the
   * operating system may take pages for written that the disk never got. It may even do so after
   * they were written again, and the sync after that succeeded: ext4 does with blocks that it could
   * not write the first time.
   */
  private void copy(
      final Path file,
      final SegmentMapping mapping,
      final SegmentScanner.Outcome outcome,
      final Optional<ByteBuffer> front)
      throws IOException {
    LOG.warn("the disk failed before this start: the segment is copied, path={}", file);
    final Path copied = SegmentFiles.unfinished(directory, scanned.segment());
    files.delete(copied);
    try (FileChannel channel = files.open(copied)) {
      copy(channel, mapping, 0, outcome.end());
      if (front.isPresent()) {
        files.write(channel, front.get(), 0);
      }
      files.sync(channel);
    }
    files.rename(copied, file);
    files.syncDirectory(directory);
  }

  private void copy(
      final FileChannel channel, final SegmentMapping mapping, final int from, final int to)
      throws IOException {
    final ByteBuffer part = ByteBuffer.allocate(64 * 1024);
    int at = from;
    while (at < to) {
      final int length = Math.min(part.capacity(), to - at);
      mapping.buffer().getBytes(at, part.clear(), 0, length);
      files.write(channel, part.position(0).limit(length), at);
      at += length;
    }
  }

  /** What Chronicle finds at the beginning of a segment it continues, as at the last sync. */
  private static ByteBuffer front(
      final SegmentMapping mapping, final SegmentDescriptor descriptor) {
    final int headerOffset = descriptor.headerOffset();
    final ByteBuffer front = ByteBuffer.allocate(headerOffset + Integer.BYTES).order(BYTE_ORDER);
    mapping.buffer().getBytes(descriptor.imageOffset() + Integer.BYTES, front, 0, headerOffset);
    front.putInt(headerOffset, SegmentDescriptor.bodyLength(headerOffset));
    return front.position(0).limit(front.capacity());
  }

  private void zero(final FileChannel channel, final long from, final long to) throws IOException {
    final ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
    long at = from;
    while (at < to) {
      final int part = (int) Math.min(zeros.capacity(), to - at);
      zeros.clear().limit(part);
      files.write(channel, zeros, at);
      at += part;
    }
  }

  /** Everything but the segment to be continued gets a name that Chronicle doesn't look for. */
  private void hideFromChronicle() throws IOException {
    boolean isChanged = false;
    for (final Map.Entry<Integer, Path> entry : SegmentFiles.list(directory).entrySet()) {
      final int segment = entry.getKey();
      if (!SegmentFiles.isSealed(entry.getValue())
          && (active == null || active.segment() != segment)) {
        final Path sealed = SegmentFiles.sealed(directory, segment);
        files.rename(entry.getValue(), sealed);
        for (final SegmentIndex index : segments) {
          if (index.segment() == segment) {
            index.file(sealed);
          }
        }
        isChanged = true;
      }
    }
    if (isChanged) {
      files.syncDirectory(directory);
    }
  }

  private void onFrame(final FrameView frame, final long location) {
    lastEpoch = Math.max(lastEpoch, frame.epoch());
    lastOutboxId = Math.max(lastOutboxId, frame.outboxId());
    if (!frame.isCopied()) {
      scanned.add(frame.journalSequence(), frame.timeNs(), Location.offset(location));
      if (frame.journalSequence() > located) {
        located = frame.journalSequence();
        lastTimeNs = frame.timeNs();
        lastLocation = location;
      }
    }
    listener.onFrame(frame, location);
  }
}
