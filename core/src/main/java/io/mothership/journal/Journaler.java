package io.mothership.journal;

import io.mothership.bus.Doorbell;
import io.mothership.clock.Clock;
import io.mothership.error.MothershipException;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends what the dispatcher wrote, one sync per batch that asks for it (group commit), and one at
 * least every sync interval.
 *
 * <p>While a sync runs the next batch gathers in the ring, so batches grow with the load by
 * themselves. After a failure it takes nothing more: a failed sync is never retried. A full disk is
 * no failure: nothing was written, so the record waits in the ring.
 *
 * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing per record.
 */
public final class Journaler implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Journaler.class);
  private static final int BATCH_BYTES_MAX = 1024 * 1024;
  private static final long SPACE_INTERVAL_NS = 250_000_000L;
  private static final String BELOW_RESERVE =
      "free space is below the reserve: no new messages are taken, reading goes on";

  private final JournalRing ring;
  private final Journal journal;
  private final Clock clock;
  private final long syncIntervalNs;
  private final CommitSignal signal;
  private volatile Doorbell progress = Doorbell.SILENT;
  private long unsyncedSinceNs;
  private boolean hasUnsynced;
  private boolean isFull;
  private boolean isSpaceLow;
  private long retryAtNs;
  private long spaceAskedNs;

  /**
   * @param syncIntervalNs how long a record that asks for no sync may stay unsynced
   */
  public Journaler(
      final JournalRing ring,
      final Journal journal,
      final Clock clock,
      final long syncIntervalNs,
      final CommitSignal signal) {
    this.ring = ring;
    this.journal = journal;
    this.clock = clock;
    this.syncIntervalNs = syncIntervalNs;
    this.signal = signal;
    // Known before the first message: it would be taken and could not be stored.
    this.isSpaceLow = journal.isSpaceLow(true);
    ring.spaceLow(isSpaceLow);
    if (isSpaceLow) {
      LOG.error(BELOW_RESERVE);
    }
  }

  /** What is rung after records were appended or synced. */
  public void progress(final Doorbell doorbell) {
    progress = doorbell;
  }

  @Override
  public String roleName() {
    return "ms-journal";
  }

  @Override
  public int doWork() {
    if (ring.isFailed() || (isFull && clock.monotonicNs() < retryAtNs)) {
      return 0;
    }
    try {
      final int work = appendAndSync();
      watchSpace(work != 0);
      return work;
    } catch (final RuntimeException | Error e) {
      fail(e);
      return 1;
    }
  }

  private void fail(final Throwable cause) {
    ring.markFailed();
    LOG.error(
        "the journal failed and takes no more writes until restart; what was acknowledged is kept,"
            + " reading goes on. Look at the disk (kernel log, SMART, space below a thin volume),"
            + " then restart: {}",
        cause.getMessage(),
        cause);
    announce();
  }

  @Override
  public void onClose() {
    while (!ring.isFailed() && !isFull && !ring.isDrained()) {
      doWork();
    }
    if (hasUnsynced && !ring.isFailed()) {
      try {
        sync();
      } catch (final RuntimeException | Error e) {
        fail(e);
      }
    }
  }

  private int appendAndSync() {
    final long before = ring.appendedSequence();
    try {
      ring.drainTo(journal, BATCH_BYTES_MAX);
      full(false);
    } catch (final MothershipException e) {
      if (!e.code().equals(Journal.DISK_FULL)) {
        throw e;
      }
      waitForSpace(e);
    }
    final int drained = (int) (ring.appendedSequence() - before);
    if (drained != 0) {
      if (!hasUnsynced) {
        hasUnsynced = true;
        unsyncedSinceNs = clock.monotonicNs();
      }
      // Nobody does anything about a record that asks for a sync before it has it.
      if (ring.takePlainAppended()) {
        announce();
      }
    }
    if (ring.takeSyncWanted()
        || (hasUnsynced && clock.monotonicNs() - unsyncedSinceNs >= syncIntervalNs)) {
      sync();
      return 1;
    }
    return drained;
  }

  /** Nothing of the frame was written: it waits in the ring, and is tried again. */
  private void waitForSpace(final MothershipException full) {
    if (!isFull) {
      LOG.error("the disk is full, records wait until there is space: {}", full.getMessage());
    }
    full(true);
    retryAtNs = clock.monotonicNs() + SPACE_INTERVAL_NS;
  }

  private void full(final boolean isNowFull) {
    if (isFull != isNowFull) {
      isFull = isNowFull;
      ring.stalled(isNowFull);
    }
  }

  private void watchSpace(final boolean hasWorked) {
    final boolean isAskedAnew = isSpaceLow && clock.monotonicNs() >= spaceAskedNs;
    if (!hasWorked && !isAskedAnew && !isFull) {
      return;
    }
    if (isAskedAnew) {
      spaceAskedNs = clock.monotonicNs() + SPACE_INTERVAL_NS;
    }
    final boolean isLow = isFull || journal.isSpaceLow(isAskedAnew);
    if (isLow == isSpaceLow) {
      return;
    }
    isSpaceLow = isLow;
    ring.spaceLow(isLow);
    if (isLow) {
      LOG.error(BELOW_RESERVE);
    } else {
      LOG.info("there is space again: messages are taken");
    }
    progress.ring();
  }

  private void sync() {
    journal.sync();
    hasUnsynced = false;
    ring.markSynced();
    announce();
  }

  private void announce() {
    progress.ring();
    signal.announce();
  }
}
