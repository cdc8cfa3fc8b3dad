package io.mothership.dispatch;

import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrozenState;
import io.mothership.journal.ReadAgent;
import io.mothership.journal.Relocations;
import io.mothership.journal.Upkeep;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a checkpoint is due, freezes the state for it, and follows it through: written and
 * segments freed by another thread, moved messages noted, old places released.
 *
 * <p>One is due after twice as many bytes of journal as the last one was long, at least a fixed
 * number: so a start reads a bounded tail, and checkpoints write half of what the journal does at
 * most. While the disk is full, every change makes one due, as it may free a segment; and so does
 * an index that has grown too large in memory. Before freezing, the dispatcher takes in nothing
 * until the journal has appended everything it has, a few milliseconds; then the state and the
 * journal tell the same.
 *
 * <p><i>Thread:</i> ms-dispatch; the upkeep itself runs elsewhere.
 */
final class Checkpointer {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
  private static final int RELOCATIONS_PER_STEP = 4096;
  private static final int TAIL_CHECKPOINTS = 2;
  private static final long RETRY_NS = 1_000_000_000L;
  private static final Ending DONE = new Ending(0, Optional.empty(), null);
  private static final Ending FAILED = new Ending(-1, Optional.empty(), null);

  private enum Phase {
    IDLE,
    DRAINING,
    SYNCING,
    WRITING,
    RELOCATING,
    READING,
    RELEASING
  }

  private final JournalTail journal;
  private final ReadAgent reads;
  private final StreamLayer streams;
  private final Upkeep upkeep;
  private final Executor executor;
  private final long tailBytesMin;
  private Phase phase = Phase.IDLE;
  private Checkpoint checkpoint;
  private FrozenState frozen;
  private Relocations moved;
  private int relocated;
  private long readsMark;
  private long lastSequence;
  private long lastBytes;
  private long tailBytesMax;
  private boolean isRetrying;
  private long retryAtNs;

  /** Set by the other thread when its task has ended. */
  private volatile Ending ending;

  /**
   * How a task ended.
   *
   * @param checkpointBytes negative if there is no checkpoint
   * @param state what it holds
   * @param moved null if nothing was freed
   */
  private record Ending(long checkpointBytes, Optional<ByteBuffer> state, Relocations moved) {}

  /**
   * @param executor runs upkeep, one task at a time
   * @param tailBytesMin bytes of journal after which a checkpoint is due at the earliest
   */
  Checkpointer(
      final JournalTail journal,
      final ReadAgent reads,
      final StreamLayer streams,
      final Upkeep upkeep,
      final Executor executor,
      final long tailBytesMin) {
    this.journal = journal;
    this.reads = reads;
    this.streams = streams;
    this.upkeep = upkeep;
    this.executor = executor;
    this.tailBytesMin = tailBytesMin;
    this.tailBytesMax = tailBytesMin;
    this.lastSequence = journal.lastSequence();
    // What lives that ended before their checkpoint have left counts: every start reads it.
    this.lastBytes = journal.writtenBytes() - upkeep.tailBytes();
  }

  /** Whether the dispatcher must take in nothing, so that the journal catches up with it. */
  boolean isDraining() {
    return phase == Phase.DRAINING;
  }

  /** Takes the next step if it can be taken. */
  int doWork(final long monotonicNs) {
    return switch (phase) {
      case IDLE -> begin(monotonicNs);
      case DRAINING -> freeze();
      case SYNCING -> write();
      case WRITING -> onWritten(monotonicNs);
      case RELOCATING -> relocate();
      case READING -> release();
      case RELEASING -> onReleased();
    };
  }

  /** The last one, after everything was appended and synced; nobody else runs any more. */
  void finish() {
    try {
      while (phase != Phase.IDLE && !journal.isFailed()) {
        // Whoever waited for a message is gone.
        readsMark = 0;
        if (doWork(0) != 0) {
          continue;
        }
        if (phase != Phase.WRITING && phase != Phase.RELEASING) {
          // Nobody appends or syncs any more what it waits for.
          break;
        }
        Thread.sleep(1);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (journal.isFailed()
        || journal.lastSequence() == lastSequence
        || !journal.isCaughtUp()
        || journal.syncedSequence() < journal.lastSequence()) {
      return;
    }
    try {
      upkeep.checkpoint(next(), streams.freeze());
    } catch (final RuntimeException e) {
      LOG.error("no checkpoint at the stop: the next start reads more: {}", e.getMessage());
    }
  }

  private int begin(final long monotonicNs) {
    final long written = journal.writtenBytes() - lastBytes;
    // While space is short every record may be the one that lets a segment go.
    final boolean isDue =
        isRetrying
            ? monotonicNs - retryAtNs >= 0
            : written >= tailBytesMax
                || (written > 0 && (journal.isSpaceLow() || streams.isCheckpointWanted()));
    if (!isDue || !canCatchUp()) {
      return 0;
    }
    isRetrying = false;
    phase = Phase.DRAINING;
    return 1;
  }

  /** Not while a record waits for space: nothing would be taken in meanwhile, not even reads. */
  private boolean canCatchUp() {
    return !journal.isFailed() && !journal.isStalled();
  }

  private int freeze() {
    if (!canCatchUp()) {
      phase = Phase.IDLE;
      return 1;
    }
    if (!journal.isCaughtUp()) {
      return 0;
    }
    checkpoint = next();
    frozen = streams.freeze();
    lastSequence = checkpoint.journalSequence();
    lastBytes = journal.writtenBytes();
    phase = Phase.SYNCING;
    return 1;
  }

  private Checkpoint next() {
    return new Checkpoint(
        journal.lastSequence(),
        journal.lastLocation(),
        journal.epoch(),
        journal.lastTimeNs(),
        journal.lastOutboxId());
  }

  private int write() {
    if (journal.isFailed()) {
      frozen = null;
      streams.onThawed();
      phase = Phase.IDLE;
      return 1;
    }
    if (journal.syncedSequence() < checkpoint.journalSequence()) {
      return 0;
    }
    final Checkpoint toWrite = checkpoint;
    final FrozenState state = frozen;
    phase = Phase.WRITING;
    execute(() -> keep(toWrite, state));
    return 1;
  }

  private Ending keep(final Checkpoint toWrite, final FrozenState state) {
    final long bytes;
    final Optional<ByteBuffer> kept;
    try {
      bytes = upkeep.checkpoint(toWrite, state);
      kept = upkeep.load();
    } catch (final RuntimeException e) {
      LOG.error("no checkpoint, it is tried again: {}", e.getMessage());
      upkeep.freeDead(state);
      return FAILED;
    }
    try {
      return new Ending(bytes, kept, upkeep.free(state));
    } catch (final RuntimeException e) {
      LOG.error("no segment is freed, it is tried again later: {}", e.getMessage());
      return new Ending(bytes, kept, null);
    }
  }

  private int onWritten(final long monotonicNs) {
    final Ending ended = ending;
    if (ended == null) {
      return 0;
    }
    final FrozenState kept = frozen;
    frozen = null;
    ended.state().ifPresent(state -> streams.onKept(kept, state));
    streams.onThawed();
    if (ended.moved() == null) {
      isRetrying = true;
      retryAtNs = monotonicNs + RETRY_NS;
      phase = Phase.IDLE;
      return 1;
    }
    tailBytesMax = Math.max(tailBytesMin, TAIL_CHECKPOINTS * ended.checkpointBytes());
    moved = ended.moved();
    relocated = 0;
    phase = Phase.RELOCATING;
    return 1;
  }

  private int relocate() {
    final int end = Math.min(moved.count(), relocated + RELOCATIONS_PER_STEP);
    for (; relocated < end; relocated++) {
      streams.onRelocated(
          moved.streamId(relocated), moved.streamSequence(relocated), moved.location(relocated));
    }
    if (relocated == moved.count()) {
      for (final Relocations.Lost lost : moved.lost()) {
        streams.onLost(lost.streamId(), lost.streamSequence(), lost.location());
      }
      moved = null;
      readsMark = reads.requested();
      phase = Phase.READING;
    }
    return 1;
  }

  private int release() {
    if (reads.answered() < readsMark) {
      return 0;
    }
    phase = Phase.RELEASING;
    execute(
        () -> {
          upkeep.release();
          return DONE;
        });
    return 1;
  }

  private int onReleased() {
    if (ending == null) {
      return 0;
    }
    phase = Phase.IDLE;
    return 1;
  }

  private void execute(final Supplier<Ending> task) {
    ending = null;
    executor.execute(
        () -> {
          Ending ended = FAILED;
          try {
            ended = task.get();
          } catch (final RuntimeException e) {
            LOG.error("upkeep of the journal failed, it is tried again later: {}", e.toString(), e);
          } finally {
            ending = ended;
          }
        });
  }
}
