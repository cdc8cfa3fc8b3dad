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
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
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

  /** After so many messages were moved the rest waits for the next checkpoint: each is noted. */
  private static final int MOVED_MAX = 256 * 1024;

  private final FileFacade files;
  private final Path directory;
  private final CheckpointFiles checkpoints;
  private final SegmentTable segments;
  private final Supplier<JournalReader> readers;
  private final Reserve reserve;
  private final int segmentBytes;
  private final long budgetBytes;
  private final int loadedBytesMax;
  private final int epoch;
  private final AtomicLong checkpointBytes = new AtomicLong();
  private final AtomicLong rewrittenBytes = new AtomicLong();
  private final AtomicLong freedBytes = new AtomicLong();
  private volatile double liveShare = 1;
  private final List<CheckpointFiles.Opened> outdated = new ArrayList<>();
  private Optional<CheckpointFiles.Opened> loaded;
  private boolean isRewritingOver;
  private long newestSequence;
  private int newestFrom;
  private int olderFrom;
  private boolean isLengthTold;

  /**
   * @param restored the checkpoint from which the journal was opened
   * @param budgetBytes above this length of the journal more is written anew to free space
   * @param loadedBytesMax a longer checkpoint is not read back
   */
  public JournalUpkeep(
      final FileFacade files,
      final Path dataDirectory,
      final SegmentTable segments,
      final Supplier<JournalReader> readers,
      final Optional<CheckpointFiles.Opened> restored,
      final Reserve reserve,
      final int segmentBytes,
      final long budgetBytes,
      final int loadedBytesMax,
      final int epoch) {
    this.files = files;
    this.directory = SegmentFiles.journalDirectory(dataDirectory);
    this.checkpoints = new CheckpointFiles(files, dataDirectory);
    this.segments = segments;
    this.readers = readers;
    this.reserve = reserve;
    this.segmentBytes = segmentBytes;
    this.budgetBytes = budgetBytes;
    this.loadedBytesMax = loadedBytesMax;
    this.epoch = epoch;
    this.loaded = restored;
    this.newestSequence = restored.map(found -> found.checkpoint().journalSequence()).orElse(0L);
    this.newestFrom =
        restored.map(found -> Location.segment(found.checkpoint().location())).orElse(0);
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
            .filter(segment -> segment.descriptor().isReplacing())
            .mapToInt(SegmentIndex::segment)
            .toArray();
    final long length = checkpoints.write(checkpoint, rewritten, state);
    checkpointBytes.addAndGet(length);
    reserve.onCheckpoint(length);
    if (checkpoint.journalSequence() != newestSequence) {
      // Otherwise it has the newest one's name, and the older is still the one it was.
      olderFrom = newestFrom;
    }
    newestSequence = checkpoint.journalSequence();
    newestFrom = Location.segment(checkpoint.location());
    return length;
  }

  @Override
  public Optional<ByteBuffer> load() {
    try {
      final Path newest = checkpoints.list().getFirst();
      if (checkpoints.newestLength() > loadedBytesMax) {
        warnOfLength(checkpoints.newestLength());
        return Optional.empty();
      }
      final CheckpointFiles.Opened read =
          CheckpointFiles.open(files, newest)
              .orElseThrow(() -> new IOException("is not what was written: path=" + newest));
      loaded.ifPresent(outdated::add);
      loaded = Optional.of(read);
      return Optional.of(read.bytes());
    } catch (final OutOfMemoryError e) {
      LOG.warn("no memory to keep stream indexes packed: cause={}", e.getMessage());
      return Optional.empty();
    } catch (final IOException | NoSuchElementException e) {
      throw CheckpointFiles.failed("cannot read checkpoint: cause=" + e, e);
    }
  }

  private void warnOfLength(final long length) {
    if (!isLengthTold) {
      isLengthTold = true;
      LOG.warn(
          "stream indexes are longer than what may be kept packed, so what is new stays in the"
              + " heap: jetstream.max_index_memory={}, actual={}",
          loadedBytesMax,
          length);
    }
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
      findLost(state, live, moved);
      if (isRewritingOver) {
        return moved;
      }
      final boolean isShort = totalBytes > budgetBytes || reserve.isTouched();
      final double share = isShort ? SPARSE_SHARE_SHORT : SPARSE_SHARE;
      final List<List<SegmentIndex>> groups =
          SparseGroups.of(candidates, segments.all(), live, segmentBytes, share, NEIGHBOURS_MAX);
      for (final List<SegmentIndex> group : groups) {
        if (moved.count() >= MOVED_MAX || !tryRewrite(group, state, moved)) {
          return moved;
        }
      }
      return moved;
    } catch (final IOException e) {
      throw failed(e);
    }
  }

  /**
   * Messages in segments that are not there, because somebody took them or none of them is good.
   */
  private void findLost(final FrozenState state, final LiveBytes live, final Relocations moved) {
    final IntHashSet absent = live.segments();
    absent.removeIfInt(segment -> segments.find(segment) != null);
    if (absent.isEmpty()) {
      return;
    }
    LOG.error("segments with living messages are not there: {}", absent);
    state.forEachMessage(
        (streamId, sequence, location, size) -> {
          if (absent.contains(Location.segment(location))) {
            moved.addLost(streamId, sequence, location);
          }
        });
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
   * replaced. So no failure may keep it from being told: neither too little memory outside the heap
   * nor a mapped page that the disk cannot read.
   */
  private boolean tryRewrite(
      final List<SegmentIndex> group, final FrozenState state, final Relocations moved) {
    try {
      rewrite(group, state, moved);
      return true;
    } catch (final IOException | RuntimeException | Error e) {
      LOG.error(
          "sparse segments are not written anew, it is tried again {}: {}",
          isRewritingOver ? "after the next start" : "later",
          e.toString());
      return false;
    }
  }

  private void rewrite(
      final List<SegmentIndex> group, final FrozenState state, final Relocations moved)
      throws IOException {
    final SegmentRewriting rewriting =
        new SegmentRewriting(files, directory, group, LiveMessages.of(state, group), epoch);
    try (JournalReader reader = readers.get()) {
      final Optional<SegmentIndex> written = rewriting.run(reader);
      if (written.isEmpty()) {
        LOG.error(
            "segments hold unreadable messages and are kept as they are for now: segments={},"
                + " lost={}",
            group.stream().map(SegmentIndex::segment).toList(),
            rewriting.lost().lost().size());
        moved.addAll(rewriting.lost());
        return;
      }
      segments.replace(group, written.get());
      moved.addAll(rewriting.moved());
      rewrittenBytes.addAndGet(written.get().end());
      freedBytes.addAndGet(-written.get().end());
    } finally {
      isRewritingOver |= rewriting.isLeftBehind();
    }
  }

  @Override
  public void release() {
    outdated.forEach(CheckpointFiles.Opened::close);
    outdated.clear();
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
