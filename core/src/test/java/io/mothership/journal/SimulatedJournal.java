package io.mothership.journal;

import io.mothership.dispatch.Spine;
import io.mothership.error.MothershipException;
import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.FrameView;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal on a simulated disk: what was synced is kept, and of what was appended since, a power
 * cut leaves a prefix of any length. Writes fail on demand, and each write lets the rest of the
 * process run in its middle, as it does while a real disk is at work. Behind its checkpoints, what
 * nobody holds goes and some of what is held is moved.
 *
 * <p>A location is {@code moves << 40 | position in the list}: after each move of a frame only the
 * new one is good.
 */
public final class SimulatedJournal implements Journal {
  private static final int MOVES_SHIFT = 40;
  private static final long POSITION_MASK = (1L << MOVES_SHIFT) - 1;
  private static final int GONE = -1;
  private static final int MOVED_SHARE = 3;
  private static final int CHECKPOINTS_KEPT = 2;

  private final Disk disk;
  private final FrameCrc crc = new FrameCrc();
  private final IntArrayList bothPlaces = new IntArrayList();
  private boolean isFailed;
  private boolean isClosed;

  /** What outlives a process. */
  public static final class Disk implements SimulatedDisk {
    private final AppendedFrames frames = new AppendedFrames();
    private final StoredCheckpoints checkpoints = new StoredCheckpoints();
    private final IntArrayList moves = new IntArrayList();
    private Fault fault = Fault.NONE;
    private Runnable meanwhile = () -> {};
    private Runnable onCut = () -> {};
    private int callsUntilCut = Integer.MAX_VALUE;
    private int upkeepUntilCut = Integer.MAX_VALUE;

    @Override
    public AppendedFrames appended() {
      return frames;
    }

    @Override
    public SimulatedJournal open(final RecoveryListener listener) {
      return SimulatedJournal.open(this, listener);
    }

    /** Where it ended when it was opened. */
    @Override
    public Spine.Recovered recovered(final int epoch) {
      if (frames.count() == 0) {
        return Spine.Recovered.nothing();
      }
      final int last = frames.count() - 1;
      final FrameView frame = frames.wrap(last, new FrameView());
      return new Spine.Recovered(
          frame.journalSequence(), frame.timeNs(), location(last), frames.outboxId(), epoch);
    }

    @Override
    public void fail(final Fault next) {
      fault = next;
    }

    @Override
    public void meanwhile(final Runnable work, final Runnable cut) {
      meanwhile = work;
      onCut = cut;
    }

    @Override
    public void cutAfter(final int calls) {
      callsUntilCut = calls;
    }

    @Override
    public void cutInUpkeepAfter(final int steps) {
      upkeepUntilCut = steps;
    }

    @Override
    public boolean mayBeKilled() {
      return true;
    }

    private void work() {
      if (callsUntilCut-- <= 0) {
        cut();
      }
      meanwhile.run();
    }

    /** Between two steps of a checkpoint, of freeing, of rewriting. */
    private void workInUpkeep() {
      if (callsUntilCut <= 0 || upkeepUntilCut-- <= 0) {
        cut();
      }
    }

    private void cut() {
      // Whoever comes later finds nothing working either.
      callsUntilCut = 0;
      onCut.run();
      throw new PowerCut();
    }

    /** What was not synced survives as a prefix. */
    @Override
    public void cutPower(final Random random) {
      truncate(frames.durable() + random.nextInt(frames.count() - frames.durable() + 1));
      kill();
    }

    @Override
    public void kill() {
      // Recovery syncs what it hands on.
      frames.durable(frames.count());
      fault = Fault.NONE;
      callsUntilCut = Integer.MAX_VALUE;
      upkeepUntilCut = Integer.MAX_VALUE;
    }

    @Override
    public void stop() {
      kill();
    }

    private void truncate(final int count) {
      frames.truncate(count);
      while (moves.size() > count) {
        moves.removeAt(moves.size() - 1);
      }
    }

    private void add(final UnsafeBuffer bytes) {
      frames.add(bytes);
      moves.addInt(0);
    }

    @Override
    public long freedCount() {
      return IntStream.range(0, frames.count()).filter(this::isGone).count();
    }

    private long location(final long at) {
      return (long) moves.getInt((int) at) << MOVES_SHIFT | at;
    }

    private boolean isGone(final int at) {
      return moves.getInt(at) == GONE;
    }
  }

  private SimulatedJournal(final Disk disk) {
    this.disk = disk;
  }

  /** Opens what is on the disk; the listener sees every record. */
  public static SimulatedJournal open(final Disk disk, final RecoveryListener listener) {
    final FrameView frame = new FrameView();
    final long covered = disk.checkpoints.offer(listener, disk.frames.count());
    for (int at = 0; at < disk.frames.count(); at++) {
      disk.frames.wrap(at, frame);
      if (!disk.isGone(at) && (frame.journalSequence() > covered || disk.moves.getInt(at) > 0)) {
        listener.onFrame(frame, disk.location(at));
      }
    }
    return new SimulatedJournal(disk);
  }

  @Override
  public long append(final DirectBuffer buffer, final int offset, final int length) {
    requireUsable();
    if (disk.fault == SimulatedDisk.Fault.DISK_FULL) {
      throw new MothershipException(
          MothershipException.Category.CAPACITY, DISK_FULL, "simulated: no space");
    }
    final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
    copy.putBytes(0, buffer, offset, length);
    copy.putInt(
        FrameDescriptor.CRC_OFFSET, crc.compute(copy, 0, length), FrameDescriptor.BYTE_ORDER);
    disk.add(copy);
    disk.work();
    return disk.location(disk.frames.count() - 1L);
  }

  @Override
  public boolean isSpaceLow(final boolean isAskedAnew) {
    return disk.fault == SimulatedDisk.Fault.SPACE_LOW
        || disk.fault == SimulatedDisk.Fault.DISK_FULL;
  }

  @Override
  public Optional<Upkeep> upkeep() {
    return Optional.of(new Keeping());
  }

  /** Frees and moves what the older checkpoint does not need. */
  private final class Keeping implements Upkeep {
    private final IntArrayList retired = new IntArrayList();

    /** A new name is on the disk when this returns; if it does not, perhaps. */
    private void reachDisk(final Runnable undoing) {
      try {
        disk.workInUpkeep();
      } catch (final SimulatedDisk.PowerCut e) {
        if (disk.frames.count() % 2 == 0) {
          undoing.run();
        }
        throw e;
      }
    }

    @Override
    public long checkpoint(final Checkpoint checkpoint, final FrozenState state) {
      disk.workInUpkeep();
      disk.checkpoints.add(checkpoint, state);
      reachDisk(disk.checkpoints::removeNewest);
      disk.checkpoints.keep(CHECKPOINTS_KEPT);
      disk.workInUpkeep();
      return 0;
    }

    @Override
    public Optional<ByteBuffer> load() {
      return Optional.of(disk.checkpoints.load());
    }

    @Override
    public Relocations free(final FrozenState state) {
      final long end = disk.checkpoints.olderSequence();
      final BitSet held = new BitSet();
      final Relocations moved = new Relocations();
      state.forEachMessage(
          (streamId, sequence, location, size) -> {
            final int at = (int) (location & POSITION_MASK);
            held.set(at);
            if (at < end && (sequence + end) % MOVED_SHARE == 0) {
              final int moves = disk.moves.getInt(at);
              disk.workInUpkeep();
              disk.moves.setInt(at, moves + 1);
              reachDisk(() -> disk.moves.setInt(at, moves));
              retired.addInt(at);
              moved.add(streamId, sequence, disk.location(at));
            }
          });
      deleteOthers(held, end);
      bothPlaces.addAll(retired);
      return moved;
    }

    @Override
    public void freeDead(final FrozenState state) {
      final BitSet held = new BitSet();
      state.forEachMessage(
          (streamId, sequence, location, size) -> held.set((int) (location & POSITION_MASK)));
      deleteOthers(held, disk.checkpoints.olderSequence());
    }

    private void deleteOthers(final BitSet held, final long end) {
      for (int at = 0; at < end; at++) {
        if (!held.get(at) && !disk.isGone(at)) {
          disk.workInUpkeep();
          disk.moves.setInt(at, GONE);
        }
      }
    }

    @Override
    public void release() {
      disk.workInUpkeep();
      bothPlaces.clear();
      retired.clear();
      disk.checkpoints.release();
    }
  }

  @Override
  public void sync() {
    requireUsable();
    final int wanted = disk.frames.count();
    disk.work();
    if (disk.fault == SimulatedDisk.Fault.SYNC_FAILS) {
      disk.fault = SimulatedDisk.Fault.NONE;
      isFailed = true;
      requireUsable();
    }
    disk.frames.durable(wanted);
    disk.work();
  }

  private void requireUsable() {
    if (isFailed || isClosed) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT, "JOURNAL_FAILED", "simulated: failed");
    }
  }

  @Override
  public JournalReader reader() {
    return new Reader();
  }

  @Override
  public void close() {
    isClosed = true;
  }

  private final class Reader implements JournalReader {
    private final FrameView probe = new FrameView();

    @Override
    public boolean read(final long location, final FrameView frame) {
      final int at = (int) (location & POSITION_MASK);
      if (location < 0 || at >= disk.frames.count() || disk.isGone(at)) {
        return false;
      }
      final int moves = (int) (location >>> MOVES_SHIFT);
      final int now = disk.moves.getInt(at);
      if (moves != now && !(moves == now - 1 && bothPlaces.containsInt(at))) {
        return false;
      }
      disk.frames.wrap(at, frame);
      return true;
    }

    @Override
    public long first() {
      return from(0);
    }

    @Override
    public long next(final long location) {
      return from((int) (location & POSITION_MASK) + 1);
    }

    @Override
    public long seekSequence(final long journalSequence) {
      return seek(journalSequence, false);
    }

    @Override
    public long seekTime(final long timeNs) {
      return seek(timeNs, true);
    }

    private long from(final int position) {
      for (int at = position; at < disk.frames.count(); at++) {
        if (!disk.isGone(at)) {
          return disk.location(at);
        }
      }
      return NOWHERE;
    }

    private long seek(final long value, final boolean isTime) {
      for (long at = first(); at != NOWHERE; at = next(at)) {
        read(at, probe);
        if ((isTime ? probe.timeNs() : probe.journalSequence()) >= value) {
          return at;
        }
      }
      return NOWHERE;
    }

    @Override
    public void close() {}
  }
}
