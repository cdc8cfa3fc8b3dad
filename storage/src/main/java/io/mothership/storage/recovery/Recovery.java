package io.mothership.storage.recovery;

import static io.mothership.journal.FrameDescriptor.BYTE_ORDER;
import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;

import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.Location;
import io.mothership.journal.RecoveryListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * Brings a journal's files into a state in which Chronicle may open them, and hands every good record to
 * a listener on the way.
 *
 * <p>Only the last segment can hold unfinished writes: a segment is created after all before it were
 * synced. There, a hole after the last point known to be synced is where the stop interrupted us, and
 * everything from it on is erased, so that what remains is a prefix of what was written. A hole anywhere
 * else is damage: reported, left as it is, and read around.
 *
 * <p><i>Thread:</i> the one that opens the journal.
 */
public final class Recovery {

  /**
   * The outcome.
   *
   * @param report for people and upper layers
   * @param segments every segment that can be read, in order
   * @param active the last of them, prepared to be continued by Chronicle; empty: start a new one
   * @param nextSegment number for the next new segment
   */
  public record Recovered(
      RecoveryReport report,
      List<SegmentIndex> segments,
      Optional<SegmentIndex> active,
      int nextSegment) {}

  private final FileFacade files;
  private final Path directory;
  private final CheckpointFiles checkpoints;
  private final RecoveryListener listener;
  private final int segmentBytes;

  private final List<Damage> damage = new ArrayList<>();
  private final List<SegmentIndex> segments = new ArrayList<>();
  private final SegmentScanner scanner = new SegmentScanner(this::onFrame, damage::add);
  private SegmentIndex scanned;
  private SegmentIndex active;
  private int lastEpoch;
  private int highestEpoch;
  private long lastTimeNs;
  private long lastOutboxId;
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
      Files.createDirectories(directory);
      files.delete(SegmentFiles.chronicleMetadata(directory));
      final Optional<JournalState> state = JournalState.read(directory);
      state.ifPresent(known -> highestEpoch = known.epoch());
      final NavigableMap<Integer, Path> found = SegmentFiles.list(directory);
      final boolean isClean =
          found.isEmpty() && state.isEmpty() || state.isPresent() && state.get().isClean();
      final Optional<Checkpoint> checkpoint = restoreCheckpoint(found);
      final int last = found.isEmpty() ? 0 : found.lastKey();
      for (final Map.Entry<Integer, Path> entry : found.entrySet()) {
        final boolean isOpenEnded = entry.getKey() == last && !isCleanEnd(state, last);
        recover(entry.getKey(), entry.getValue(), checkpoint, entry.getKey() == last, isOpenEnded);
      }
      hideFromChronicle();
      final RecoveryReport report = report(isClean, checkpoint, state);
      return new Recovered(
          report,
          segments,
          Optional.ofNullable(active),
          Math.max(last, state.map(JournalState::segment).orElse(0)) + 1);
    } catch (final IOException e) {
      throw JournalState.unreadable(directory, e);
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
        scanner.frames(),
        checkpoint.map(Checkpoint::journalSequence).orElse(0L),
        discardedBytes,
        List.copyOf(damage));
  }

  private static boolean isCleanEnd(final Optional<JournalState> state, final int last) {
    return state.isPresent() && state.get().isClean() && state.get().segment() == last;
  }

  private Optional<Checkpoint> restoreCheckpoint(final NavigableMap<Integer, Path> found)
      throws IOException {
    for (final Path file : checkpoints.list()) {
      final Optional<Checkpoint> checkpoint = CheckpointFiles.read(file);
      if (checkpoint.isPresent()
          && isInJournal(checkpoint.get(), found)
          && listener.onCheckpoint(checkpoint.get())) {
        lastEpoch = checkpoint.get().epoch();
        lastTimeNs = checkpoint.get().timeNs();
        lastOutboxId = checkpoint.get().outboxId();
        scanner.lastSequence(checkpoint.get().journalSequence());
        return checkpoint;
      }
    }
    return Optional.empty();
  }

  /** A checkpoint counts only if the frame it ends with is in the journal: it may have been lost. */
  private boolean isInJournal(
      final Checkpoint checkpoint, final NavigableMap<Integer, Path> found) throws IOException {
    if (checkpoint.location() == Journal.NOWHERE) {
      return false;
    }
    final int segment = Location.segment(checkpoint.location());
    if (!found.containsKey(segment)) {
      return false;
    }
    try (SegmentMapping mapping = SegmentMapping.open(found.get(segment))) {
      final FrameVerifier verifier = scanner.verifier();
      final SegmentDescriptor descriptor =
          SegmentDescriptor.find(mapping.buffer(), mapping.length(), segment, verifier.crc());
      final int offset = Location.offset(checkpoint.location());
      return descriptor != null
          && verifier.verify(mapping.buffer(), mapping.length(), descriptor, offset)
              != FrameVerifier.BAD
          && new FrameView().wrap(mapping.buffer(), offset).journalSequence()
              == checkpoint.journalSequence();
    }
  }

  private void recover(
      final int segment,
      final Path file,
      final Optional<Checkpoint> checkpoint,
      final boolean isLast,
      final boolean isOpenEnded)
      throws IOException {
    try (SegmentMapping mapping = SegmentMapping.open(file)) {
      final int length = mapping.length();
      final SegmentDescriptor descriptor =
          SegmentDescriptor.find(mapping.buffer(), length, segment, scanner.verifier().crc());
      if (descriptor == null) {
        recoverWithoutDescriptor(segment, file, mapping, isOpenEnded);
        return;
      }
      final boolean isWhole =
          descriptor.isWhole(mapping.buffer(), length, scanner.verifier().crc());
      if (!isWhole) {
        damage.add(
            new Damage(
                segment,
                descriptor.headerOffset(),
                descriptor.dataOffset(),
                Damage.Reason.DESCRIPTOR));
      }
      highestEpoch = Math.max(highestEpoch, descriptor.epoch());
      scanned = new SegmentIndex(descriptor, file);
      segments.add(scanned);
      final int covered = checkpoint.map(c -> Location.segment(c.location())).orElse(0);
      if (segment < covered) {
        scanned.publish(SegmentScanner.lastNonZero(mapping.buffer(), length));
        return;
      }
      final int from =
          segment == covered
              ? after(mapping, Location.offset(checkpoint.get().location()))
              : descriptor.dataOffset();
      final int provenTo =
          isOpenEnded ? Math.min(descriptor.syncedTo(mapping.buffer()), length) : length;
      final SegmentScanner.Outcome outcome =
          scanner.scan(mapping.buffer(), length, descriptor, from, provenTo);
      scanned.publish(outcome.end());
      if (isOpenEnded) {
        discardedBytes = Math.max(0, outcome.noiseEnd() - outcome.end());
      }
      final boolean hasChainToCheckpoint =
          from == descriptor.dataOffset() || isChained(mapping, descriptor, from);
      if (isLast
          && !SegmentFiles.isSealed(file)
          && isWhole
          && outcome.isChained()
          && hasChainToCheckpoint
          && outcome.end() < segmentBytes
          && descriptor.hasImage(mapping.buffer(), scanner.verifier().crc())) {
        prepareToContinue(mapping, descriptor, file, outcome);
        active = scanned;
      } else if (isOpenEnded) {
        eraseTail(file, outcome);
      }
    }
  }

  private static int after(final SegmentMapping mapping, final int frameOffset) {
    final FrameView frame = new FrameView().wrap(mapping.buffer(), frameOffset);
    return SegmentDescriptor.align(frameOffset + frame.length());
  }

  /** Whether good length words lead from the first record to {@code to}: Chronicle will follow them. */
  private boolean isChained(
      final SegmentMapping mapping, final SegmentDescriptor descriptor, final int to) {
    int at = descriptor.dataOffset();
    while (at < to) {
      final int length =
          scanner.verifier().verify(mapping.buffer(), to, descriptor, at + PREFIX_LENGTH);
      if (length == FrameVerifier.BAD
          || mapping.buffer().getInt(at, BYTE_ORDER) != STAMP_LENGTH + length) {
        return false;
      }
      at = SegmentDescriptor.align(at + PREFIX_LENGTH + length);
    }
    return at == to;
  }

  /**
   * A last segment without descriptor was being created when we were stopped: nothing in it was ever
   * committed. Anywhere else, and if there is a frame in it, it is damage.
   */
  private void recoverWithoutDescriptor(
      final int segment, final Path file, final SegmentMapping mapping, final boolean isOpenEnded)
      throws IOException {
    final int noiseEnd = SegmentScanner.lastNonZero(mapping.buffer(), mapping.length());
    if (isOpenEnded && !FrameSearch.hasFrame(mapping.buffer(), noiseEnd)) {
      discardedBytes = noiseEnd;
      files.delete(file);
      files.syncDirectory(directory);
    } else {
      damage.add(new Damage(segment, 0, mapping.length(), Damage.Reason.SEGMENT));
    }
  }

  private void prepareToContinue(
      final SegmentMapping mapping,
      final SegmentDescriptor descriptor,
      final Path file,
      final SegmentScanner.Outcome outcome)
      throws IOException {
    final int headerOffset = descriptor.headerOffset();
    final ByteBuffer front = ByteBuffer.allocate(headerOffset + Integer.BYTES).order(BYTE_ORDER);
    mapping.buffer().getBytes(descriptor.imageOffset() + Integer.BYTES, front, 0, headerOffset);
    front.putInt(headerOffset, SegmentDescriptor.bodyLength(headerOffset));
    front.position(0).limit(front.capacity());
    try (FileChannel channel = files.open(file)) {
      zero(channel, outcome.end(), outcome.noiseEnd());
      files.write(channel, front, 0);
      files.sync(channel);
    }
  }

  private void eraseTail(final Path file, final SegmentScanner.Outcome outcome)
      throws IOException {
    if (outcome.noiseEnd() > outcome.end()) {
      try (FileChannel channel = files.open(file)) {
        zero(channel, outcome.end(), outcome.noiseEnd());
        files.sync(channel);
      }
    }
  }

  private void zero(final FileChannel channel, final long from, final long to)
      throws IOException {
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
    lastTimeNs = Math.max(lastTimeNs, frame.timeNs());
    lastOutboxId = Math.max(lastOutboxId, frame.outboxId());
    if (!frame.isCopied()) {
      scanned.add(frame.journalSequence(), frame.timeNs(), Location.offset(location));
    }
    listener.onFrame(frame, location);
  }
}
