package io.mothership.journal;

import io.mothership.dispatch.Spine;
import io.mothership.error.MothershipException;
import io.mothership.journal.codec.RecordType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Long2LongHashMap;
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
  private static final int FRAME_OF_ABSENT = -1;
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
  public static final class Disk {
    private final List<UnsafeBuffer> frames = new ArrayList<>();
    private final Long2LongHashMap messages = new Long2LongHashMap(FRAME_OF_ABSENT);
    private final Long2LongHashMap acknowledgements = new Long2LongHashMap(FRAME_OF_ABSENT);
    private final FrameView scratch = new FrameView();
    private final StoredCheckpoints checkpoints = new StoredCheckpoints();
    private final IntArrayList moves = new IntArrayList();
    private int durable;
    private Fault fault = Fault.NONE;
    private Runnable meanwhile = () -> {};
    private Runnable inUpkeep = () -> {};

    /** What the next write of that kind meets. */
    public void fail(final Fault next) {
      fault = next;
    }

    /**
     * What the process does while the disk is at work; it may cut the power by {@link PowerCut}.
     */
    public void meanwhile(final Runnable work) {
      meanwhile = work;
    }

    /** Called between the steps of upkeep; it may end the process there by {@link PowerCut}. */
    public void inUpkeep(final Runnable work) {
      inUpkeep = work;
    }

    /** A power cut: what was not synced survives as a prefix. */
    public void cutPower(final Random random) {
      truncate(durable + random.nextInt(frames.size() - durable + 1));
      restart();
    }

    /** The process ended, the machine goes on: nothing is lost. */
    public void restart() {
      // Recovery syncs what it hands on.
      durable = frames.size();
      fault = Fault.NONE;
    }

    public int appendedCount() {
      return frames.size();
    }

    /** Whether the record of a message survives a power cut. */
    public boolean isDurable(final int streamId, final long streamSequence) {
      final long at = messages.get(key(streamId, streamSequence));
      return at != FRAME_OF_ABSENT && at < durable;
    }

    /** Whether the record of a message was appended. */
    public boolean has(final int streamId, final long streamSequence) {
      return messages.get(key(streamId, streamSequence)) != FRAME_OF_ABSENT;
    }

    /** Whether a consumer's acknowledgement of a message was appended. */
    public boolean hasAcknowledgement(final int streamId, final long streamSequence) {
      return acknowledgements.get(key(streamId, streamSequence)) != FRAME_OF_ABSENT;
    }

    /** Hands out the records of a stream's messages, in order. */
    public void messages(final int streamId, final FrameConsumer consumer) {
      for (int at = 0; at < frames.size(); at++) {
        scratch.wrap(frames.get(at), 0);
        if (scratch.streamId() == streamId && scratch.recordType() == RecordType.MESSAGE) {
          consumer.onFrame(scratch, at);
        }
      }
    }

    /** Wraps the record of a message; false if there is none. */
    public boolean find(final int streamId, final long streamSequence, final FrameView frame) {
      final long at = messages.get(key(streamId, streamSequence));
      if (at == FRAME_OF_ABSENT) {
        return false;
      }
      frame.wrap(frames.get((int) at), 0);
      return true;
    }

    private void truncate(final int count) {
      while (frames.size() > count) {
        final FrameView lost = scratch.wrap(frames.removeLast(), 0);
        final long key = key(lost.streamId(), lost.streamSequence());
        moves.removeAt(frames.size());
        messages.remove(key, frames.size());
        acknowledgements.remove(key, frames.size());
      }
    }

    private void add(final UnsafeBuffer bytes) {
      final FrameView added = scratch.wrap(bytes, 0);
      final long key = key(added.streamId(), added.streamSequence());
      switch (added.recordType()) {
        case MESSAGE -> messages.put(key, frames.size());
        case ACK -> acknowledgements.putIfAbsent(key, frames.size());
        default -> {
          // Nobody asks for the others.
        }
      }
      frames.add(bytes);
      moves.addInt(0);
    }

    /** Records that were freed, because nobody held them. */
    public long freedCount() {
      return IntStream.range(0, frames.size()).filter(this::isGone).count();
    }

    private long location(final long at) {
      return (long) moves.getInt((int) at) << MOVES_SHIFT | at;
    }

    private boolean isGone(final int at) {
      return moves.getInt(at) == GONE;
    }

    private static long key(final int streamId, final long streamSequence) {
      return ((long) streamId << 48) ^ streamSequence;
    }
  }

  /** What can go wrong with a write. */
  public enum Fault {
    NONE,
    SYNC_FAILS,
    SPACE_LOW,
    DISK_FULL
  }

  /** The power failed in the middle of a write: nothing may happen in this process any more. */
  public static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private SimulatedJournal(final Disk disk) {
    this.disk = disk;
  }

  /** Opens what is on the disk; the listener sees every record. */
  public static SimulatedJournal open(final Disk disk, final RecoveryListener listener) {
    final FrameView frame = new FrameView();
    final long covered = disk.checkpoints.offer(listener, disk.frames.size());
    for (int at = 0; at < disk.frames.size(); at++) {
      frame.wrap(disk.frames.get(at), 0);
      if (!disk.isGone(at) && (frame.journalSequence() > covered || disk.moves.getInt(at) > 0)) {
        listener.onFrame(frame, disk.location(at));
      }
    }
    return new SimulatedJournal(disk);
  }

  /** Where it ended when it was opened. */
  public Spine.Recovered recovered(final int epoch) {
    if (disk.frames.isEmpty()) {
      return Spine.Recovered.nothing();
    }
    final int last = disk.frames.size() - 1;
    final FrameView frame = new FrameView().wrap(disk.frames.get(last), 0);
    return new Spine.Recovered(
        frame.journalSequence(), frame.timeNs(), disk.location(last), 0, epoch);
  }

  @Override
  public long append(final DirectBuffer buffer, final int offset, final int length) {
    requireUsable();
    if (disk.fault == Fault.DISK_FULL) {
      throw new MothershipException(
          MothershipException.Category.CAPACITY, DISK_FULL, "simulated: no space");
    }
    final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
    copy.putBytes(0, buffer, offset, length);
    copy.putInt(
        FrameDescriptor.CRC_OFFSET, crc.compute(copy, 0, length), FrameDescriptor.BYTE_ORDER);
    disk.add(copy);
    disk.meanwhile.run();
    return disk.location(disk.frames.size() - 1L);
  }

  @Override
  public boolean isSpaceLow(final boolean isAskedAnew) {
    return disk.fault == Fault.SPACE_LOW || disk.fault == Fault.DISK_FULL;
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
        disk.inUpkeep.run();
      } catch (final PowerCut e) {
        if (disk.frames.size() % 2 == 0) {
          undoing.run();
        }
        throw e;
      }
    }

    @Override
    public long checkpoint(final Checkpoint checkpoint, final FrozenState state) {
      disk.inUpkeep.run();
      disk.checkpoints.add(checkpoint, state);
      reachDisk(disk.checkpoints::removeNewest);
      disk.checkpoints.keep(CHECKPOINTS_KEPT);
      disk.inUpkeep.run();
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
              disk.inUpkeep.run();
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
          disk.inUpkeep.run();
          disk.moves.setInt(at, GONE);
        }
      }
    }

    @Override
    public void release() {
      disk.inUpkeep.run();
      bothPlaces.clear();
      retired.clear();
      disk.checkpoints.release();
    }
  }

  @Override
  public void sync() {
    requireUsable();
    final int wanted = disk.frames.size();
    disk.meanwhile.run();
    if (disk.fault == Fault.SYNC_FAILS) {
      disk.fault = Fault.NONE;
      isFailed = true;
      requireUsable();
    }
    disk.durable = wanted;
    disk.meanwhile.run();
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
      if (location < 0 || at >= disk.frames.size() || disk.isGone(at)) {
        return false;
      }
      final int moves = (int) (location >>> MOVES_SHIFT);
      final int now = disk.moves.getInt(at);
      if (moves != now && !(moves == now - 1 && bothPlaces.containsInt(at))) {
        return false;
      }
      frame.wrap(disk.frames.get(at), 0);
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
      for (int at = position; at < disk.frames.size(); at++) {
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
