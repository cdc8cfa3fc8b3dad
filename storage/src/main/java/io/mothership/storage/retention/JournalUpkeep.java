package io.mothership.storage.retention;

import io.mothership.error.MothershipException;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrozenState;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.Relocations;
import io.mothership.journal.Upkeep;
import io.mothership.storage.recovery.CheckpointFiles;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import io.mothership.storage.recovery.SegmentTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.agrona.collections.IntHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of a journal, and the end of its segments.
 *
 * <p>Segments below the one in which the older of the two kept checkpoints ends are needed for
 * their living messages only. Where none lives the segment is deleted; where few live, they are
 * written into a segment that takes the place of one or several neighbours, in the same order, so
 * that whoever reads the journal from front to back misses nothing and sees nothing twice.
 *
 * <p><i>Thread:</i> ms-upkeep; counters any.
 */
public final class JournalUpkeep implements Upkeep {
  private static final Logger LOG = LoggerFactory.getLogger(JournalUpkeep.class);

  /** A segment in which less than this part of its nominal length lives is written anew. */
  private static final double SPARSE_SHARE = 0.25;

  /** The same while the journal is longer than its budget, or the disk is full. */
  private static final double SPARSE_SHARE_SHORT = 0.75;

  /** So many small neighbours become one, even if that frees little. */
  private static final int NEIGHBOURS_MAX = 8;

  private final FileFacade files;
  private final Path directory;
  private final CheckpointFiles checkpoints;
  private final SegmentTable segments;
  private final Supplier<JournalReader> readers;
  private final Reserve reserve;
  private final int segmentBytes;
  private final long budgetBytes;
  private final int epoch;
  private final IntHashSet unreadable = new IntHashSet();
  private final AtomicLong checkpointBytes = new AtomicLong();
  private final AtomicLong rewrittenBytes = new AtomicLong();
  private final AtomicLong freedBytes = new AtomicLong();
  private volatile double liveShare = 1;
  private int newestFrom;
  private int olderFrom;

  /**
   * @param restored the checkpoint from which the journal was opened
   * @param budgetBytes above this length of the journal more is written anew to free space
   */
  public JournalUpkeep(
      final FileFacade files,
      final Path dataDirectory,
      final SegmentTable segments,
      final Supplier<JournalReader> readers,
      final Optional<Checkpoint> restored,
      final Reserve reserve,
      final int segmentBytes,
      final long budgetBytes,
      final int epoch) {
    this.files = files;
    this.directory = SegmentFiles.journalDirectory(dataDirectory);
    this.checkpoints = new CheckpointFiles(files, dataDirectory);
    this.segments = segments;
    this.readers = readers;
    this.reserve = reserve;
    this.segmentBytes = segmentBytes;
    this.budgetBytes = budgetBytes;
    this.epoch = epoch;
    this.newestFrom = restored.map(found -> Location.segment(found.location())).orElse(0);
  }

  /** In whole segments, so it is never too little. */
  @Override
  public long tailBytes() {
    return Arrays.stream(segments.all())
        .filter(segment -> segment.segment() >= newestFrom)
        .mapToLong(SegmentIndex::end)
        .sum();
  }

  @Override
  public long checkpoint(final Checkpoint checkpoint, final FrozenState state) {
    final int[] rewritten =
        Arrays.stream(segments.all())
            .filter(segment -> segment.descriptor().isRewritten())
            .mapToInt(SegmentIndex::segment)
            .toArray();
    final long length = checkpoints.write(checkpoint, rewritten, state);
    checkpointBytes.addAndGet(length);
    reserve.onCheckpoint(length);
    olderFrom = newestFrom;
    newestFrom = Location.segment(checkpoint.location());
    return length;
  }

  @Override
  public Relocations free(final FrozenState state) {
    final LiveBytes live = LiveBytes.of(state);
    final Relocations moved = new Relocations();
    try {
      final long totalBytes = Arrays.stream(segments.all()).mapToLong(SegmentIndex::end).sum();
      liveShare = totalBytes == 0 ? 1 : Math.min(1, (double) live.total() / totalBytes);
      final List<SegmentIndex> candidates = candidates();
      candidates.removeAll(deleteDead(candidates, live));
      final boolean isShort = totalBytes > budgetBytes || reserve.isTouched();
      final double share = isShort ? SPARSE_SHARE_SHORT : SPARSE_SHARE;
      final List<List<SegmentIndex>> groups =
          SparseGroups.of(candidates, segments.all(), live, segmentBytes, share, NEIGHBOURS_MAX);
      for (final List<SegmentIndex> group : groups) {
        if (group.stream().noneMatch(segment -> unreadable.contains(segment.segment()))
            && !tryRewrite(group, state, moved)) {
          return moved;
        }
      }
      return moved;
    } catch (final IOException e) {
      throw failed(e);
    }
  }

  /** Segments that both checkpoints tell about. */
  private List<SegmentIndex> candidates() {
    final List<SegmentIndex> candidates = new ArrayList<>();
    for (final SegmentIndex segment : segments.all()) {
      if (segment.segment() < olderFrom) {
        candidates.add(segment);
      }
    }
    return candidates;
  }

  @Override
  public void freeDead(final FrozenState state) {
    try {
      deleteDead(candidates(), LiveBytes.of(state));
    } catch (final IOException e) {
      throw failed(e);
    }
  }

  private List<SegmentIndex> deleteDead(final List<SegmentIndex> candidates, final LiveBytes live)
      throws IOException {
    final List<SegmentIndex> dead =
        candidates.stream().filter(segment -> live.bytes(segment.segment()) == 0).toList();
    for (final SegmentIndex segment : dead) {
      segments.remove(segment.segment());
      files.delete(segment.file());
      freedBytes.addAndGet(segment.end());
    }
    if (!dead.isEmpty()) {
      files.syncDirectory(directory);
      LOG.debug("segments deleted: count={}", dead.size());
    }
    return dead;
  }

  /**
   * What was moved before a failure stays moved, and has to be told: the segments it lay in are
   * replaced.
   */
  private boolean tryRewrite(
      final List<SegmentIndex> group, final FrozenState state, final Relocations moved) {
    try {
      rewrite(group, state, moved);
      return true;
    } catch (final IOException e) {
      LOG.error("sparse segments are not written anew, it is tried again later: {}", e.toString());
      return false;
    }
  }

  private void rewrite(
      final List<SegmentIndex> group, final FrozenState state, final Relocations moved)
      throws IOException {
    try (JournalReader reader = readers.get()) {
      final SegmentRewriting rewriting =
          new SegmentRewriting(files, directory, group, LiveMessages.of(state, group), epoch);
      final Optional<SegmentIndex> written = rewriting.run(reader);
      if (written.isEmpty()) {
        group.forEach(segment -> unreadable.add(segment.segment()));
        LOG.error(
            "segments hold damaged messages and are kept as they are: {}",
            group.stream().map(SegmentIndex::segment).toList());
        return;
      }
      segments.replace(group, written.get());
      moved.addAll(rewriting.moved());
      rewrittenBytes.addAndGet(written.get().end());
      freedBytes.addAndGet(-written.get().end());
    }
  }

  @Override
  public void release() {
    final List<SegmentIndex> retired = segments.takeRetired();
    if (retired.isEmpty()) {
      return;
    }
    try {
      for (final SegmentIndex segment : retired) {
        files.delete(segment.file());
        freedBytes.addAndGet(segment.end());
      }
      files.syncDirectory(directory);
    } catch (final IOException e) {
      throw failed(e);
    }
  }

  /** Bytes of all checkpoints written since the start. */
  public long checkpointBytes() {
    return checkpointBytes.get();
  }

  /** Bytes of living messages written a second time since the start. */
  public long rewrittenBytes() {
    return rewrittenBytes.get();
  }

  /** Bytes of segments given back since the start. */
  public long freedBytes() {
    return freedBytes.get();
  }

  /** Which part of the journal's bytes lived at the last checkpoint. */
  public double liveShare() {
    return liveShare;
  }

  private MothershipException failed(final IOException cause) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "UPKEEP_FAILED",
        "cannot free journal segments: path=" + directory + ", cause=" + cause,
        cause);
  }
}
