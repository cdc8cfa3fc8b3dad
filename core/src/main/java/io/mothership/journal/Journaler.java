package io.mothership.journal;

import io.mothership.bus.Doorbell;
import io.mothership.clock.Clock;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends what the dispatcher wrote, one sync per batch that asks for it (group commit), and one at
 * least every sync interval.
 *
 * <p>While a sync runs the next batch gathers in the ring, so batches grow with the load by
 * themselves. After a failure it takes nothing more: a failed sync is never retried.
 *
 * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing per record.
 */
public final class Journaler implements Agent {
  private static final Logger LOG = LoggerFactory.getLogger(Journaler.class);
  private static final int BATCH_BYTES_MAX = 1024 * 1024;

  private final JournalRing ring;
  private final Journal journal;
  private final Clock clock;
  private final long syncIntervalNs;
  private final CommitSignal signal;
  private volatile Doorbell progress = Doorbell.SILENT;
  private long unsyncedSinceNs;
  private boolean hasUnsynced;

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
    if (ring.isFailed()) {
      return 0;
    }
    try {
      return appendAndSync();
    } catch (final RuntimeException | Error e) {
      fail(e);
      return 1;
    }
  }

  private void fail(final Throwable cause) {
    ring.markFailed();
    LOG.error(
        "the journal failed and takes no more writes until restart; reading goes on: {}",
        cause.getMessage(),
        cause);
    announce();
  }

  @Override
  public void onClose() {
    while (!ring.isFailed() && !ring.isDrained()) {
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
    final int drained = ring.drainTo(journal, BATCH_BYTES_MAX);
    if (drained != 0) {
      if (!hasUnsynced) {
        hasUnsynced = true;
        unsyncedSinceNs = clock.monotonicNs();
      }
      announce();
    }
    if (drained < 0 || (hasUnsynced && clock.monotonicNs() - unsyncedSinceNs >= syncIntervalNs)) {
      sync();
      return 1;
    }
    return drained;
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
