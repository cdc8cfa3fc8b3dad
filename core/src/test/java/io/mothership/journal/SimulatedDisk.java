package io.mothership.journal;

import io.mothership.dispatch.Spine;
import java.util.Random;

/** What outlives the processes of a simulation: a journal lies on it, and its power may fail. */
public interface SimulatedDisk {

  /** What can go wrong with a write. */
  enum Fault {
    NONE,
    SYNC_FAILS,
    SPACE_LOW,
    DISK_FULL
  }

  /** The power failed in the middle of a call: nothing may happen in this process any more. */
  final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Opens the journal; the listener sees what it hands on.
   *
   * @throws PowerCut if the power fails while it recovers
   */
  Journal open(RecoveryListener listener);

  /** Where the journal ended when it was opened. */
  Spine.Recovered recovered(int epoch);

  /** What was appended and was not lost since. */
  AppendedFrames appended();

  /** Records that were freed, because nobody held them. */
  long freedCount();

  /** What the next write of that kind meets. */
  void fail(Fault fault);

  /**
   * @param work what the process does while the disk is at work
   * @param cut what happens when the power fails
   */
  void meanwhile(Runnable work, Runnable cut);

  /** Lets the power fail in the middle of one of the next calls. */
  void cutAfter(int calls);

  /** The same in one of the next steps of upkeep, where those are told apart. */
  default void cutInUpkeepAfter(final int steps) {}

  /** Whether what ended the process in the middle of a call may have been a kill instead. */
  default boolean mayBeKilled() {
    return false;
  }

  /** The power failed, now or before; what it leaves is found from now on. */
  void cutPower(Random random);

  /** The process was killed, the machine goes on: nothing is lost. */
  void kill();

  /** The process closes its journal and ends; the power may fail while it does. */
  void stop();
}
