package io.mothership.storage.recovery;

import io.mothership.frame.FrameView;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Puts segments that hold nothing but good records into the places of damaged ones, which go to
 * {@code quarantine/}: nothing is thrown away.
 *
 * <p><i>Thread:</i> one; the caller holds the data directory's lock.
 */
public final class JournalRepair {
  private static final SecureRandom SALTS = new SecureRandom();

  private final FileFacade files = FileFacade.system();
  private final Path directory;
  private final Path quarantine;
  private final CheckpointFiles checkpoints;
  private final LongConsumer progress;
  private final List<Damage> repaired = new ArrayList<>();
  private final List<Damage> left = new ArrayList<>();
  private final List<Path> quarantined = new ArrayList<>();
  private long framesKept;

  /**
   * What was done.
   *
   * @param repaired damage that is gone from the journal; the bytes are in quarantine
   * @param left damage in segments that cannot be repaired now: the last one, and those in which a
   *     checkpoint ends
   * @param quarantined files that were set aside
   * @param framesKept good records of repaired segments
   */
  public record Outcome(
      List<Damage> repaired, List<Damage> left, List<Path> quarantined, long framesKept) {}

  private JournalRepair(final Path dataDirectory, final LongConsumer progress) {
    this.directory = SegmentFiles.journalDirectory(dataDirectory);
    this.quarantine = dataDirectory.resolve("quarantine");
    this.checkpoints = new CheckpointFiles(files, dataDirectory);
    this.progress = progress;
  }

  /**
   * Repairs a stopped appliance's journal.
   *
   * @param progress is given the bytes of each file that was looked at
   */
  public static Outcome run(final Path dataDirectory, final LongConsumer progress) {
    try {
      return new JournalRepair(dataDirectory, progress).run();
    } catch (final IOException e) {
      throw JournalState.unreadable(dataDirectory, e);
    }
  }

  private Outcome run() throws IOException {
    final NavigableMap<Integer, Path> segments = SegmentFiles.list(directory);
    ReplacedSegments.takeFrom(files, segments);
    final Set<Integer> needed = setAsideCheckpoints();
    for (final Map.Entry<Integer, Path> entry : Map.copyOf(segments).entrySet()) {
      final int segment = entry.getKey();
      final boolean isRepairable =
          SegmentFiles.isSealed(entry.getValue())
              && !needed.contains(segment)
              && SegmentFiles.isRewritten(segment + 1)
              && !segments.containsKey(segment + 1);
      examine(segment, entry.getValue(), isRepairable);
      progress.accept(Files.exists(entry.getValue()) ? Files.size(entry.getValue()) : 0);
    }
    return new Outcome(
        List.copyOf(repaired), List.copyOf(left), List.copyOf(quarantined), framesKept);
  }

  /** Returns the segments in which good checkpoints end: without them those count no more. */
  private Set<Integer> setAsideCheckpoints() throws IOException {
    final Set<Integer> needed = new HashSet<>();
    for (final Path file : checkpoints.list()) {
      final Optional<CheckpointFiles.Opened> opened = CheckpointFiles.open(files, file);
      if (opened.isPresent()) {
        final Checkpoint found = opened.get().checkpoint();
        needed.add(Location.segment(found.location()));
        opened.get().close();
      } else {
        setAside(file);
      }
    }
    return needed;
  }

  private void examine(final int segment, final Path file, final boolean isRepairable)
      throws IOException {
    final List<Damage> damage = new ArrayList<>();
    Optional<SegmentDescriptor> descriptor;
    try (SegmentMapping mapping = SegmentMapping.open(files, file)) {
      mapping.touchAll();
      final SegmentExaminer examiner = new SegmentExaminer((frame, location) -> {}, damage::add);
      descriptor = examiner.descriptor(segment, mapping);
      if (descriptor.isEmpty()) {
        damage.add(new Damage(segment, 0, mapping.length(), Damage.Reason.SEGMENT));
      } else {
        scan(examiner, descriptor.get(), mapping, SegmentFiles.isSealed(file));
        if (!damage.isEmpty() && isRepairable) {
          setAsideCopy(file);
          rewrite(descriptor.get(), mapping);
        }
      }
    }
    if (damage.isEmpty()) {
      return;
    }
    if (!isRepairable) {
      left.addAll(damage);
      return;
    }
    if (descriptor.isEmpty()) {
      setAsideCopy(file);
    }
    files.delete(file);
    files.syncDirectory(directory);
    repaired.addAll(damage);
  }

  private static void scan(
      final SegmentExaminer examiner,
      final SegmentDescriptor descriptor,
      final SegmentMapping mapping,
      final boolean isSealed) {
    examiner.examine(
        descriptor,
        mapping.buffer(),
        mapping.length(),
        SegmentExaminer.FROM_START,
        !isSealed,
        SegmentExaminer.END_UNKNOWN);
  }

  private void rewrite(final SegmentDescriptor damaged, final SegmentMapping mapping)
      throws IOException {
    final boolean isRewritten = damaged.kind() == SegmentDescriptor.Kind.REWRITTEN;
    final int last =
        damaged.isReplacing()
            ? Math.max(damaged.segment(), damaged.previousEnd())
            : damaged.segment();
    final SegmentDescriptor descriptor =
        SegmentDescriptor.replacing(
            isRewritten ? SegmentDescriptor.Kind.REWRITTEN : SegmentDescriptor.Kind.REPAIRED,
            damaged.segment() + 1,
            SALTS.nextLong(),
            last,
            damaged.firstSequence(),
            damaged.firstTimeNs(),
            damaged.epoch());
    final Path unfinished = SegmentFiles.unfinished(directory, descriptor.segment());
    files.delete(unfinished);
    try (FileChannel channel = files.open(unfinished)) {
      final SegmentWriter writer = new SegmentWriter(files, channel, descriptor);
      scan(
          new SegmentExaminer((frame, location) -> append(writer, frame), ignored -> {}),
          damaged,
          mapping,
          true);
      writer.finish();
    } catch (final UncheckedIOException e) {
      throw e.getCause();
    }
    files.rename(unfinished, SegmentFiles.sealed(directory, descriptor.segment()));
    files.syncDirectory(directory);
  }

  private void append(final SegmentWriter writer, final FrameView frame) {
    try {
      writer.append(frame);
      framesKept++;
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void setAside(final Path file) throws IOException {
    setAsideCopy(file);
    files.delete(file);
    files.syncDirectory(file.getParent());
  }

  /** A second name for the file, which survives the first. */
  private void setAsideCopy(final Path file) throws IOException {
    files.createDirectories(quarantine);
    final Path kept = quarantine.resolve(file.getFileName());
    files.delete(kept);
    files.link(kept, file);
    files.syncDirectory(quarantine);
    quarantined.add(kept);
  }
}
