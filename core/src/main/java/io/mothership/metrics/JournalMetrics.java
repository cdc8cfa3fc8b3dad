package io.mothership.metrics;

import io.mothership.clock.Clock;
import io.mothership.frame.HotPath;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is written to a journal, what of it a power cut would take, and how long the disk needs.
 *
 * <p><i>Thread:</i> told by ms-journal, read by any. <i>Allocates:</i> nothing per record and sync.
 */
public final class JournalMetrics implements MetricsSource {
  private static final long US = 1_000L;
  private static final long MS = 1_000_000L;

  private final Clock clock;
  private final Counter appendedRecords = new Counter();
  private final Counter appendedBytes = new Counter();
  private final Counter syncedBytes = new Counter();
  private final Histogram syncNs =
      new Histogram(
          50 * US,
          100 * US,
          250 * US,
          500 * US,
          MS,
          2 * MS,
          5 * MS,
          10 * MS,
          25 * MS,
          50 * MS,
          100 * MS,
          250 * MS,
          1_000 * MS);
  private final Histogram batchRecords =
      new Histogram(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096);

  /** When the oldest record that is not synced was appended; meaningful only if there is one. */
  private final AtomicLong unsyncedSinceNs = new AtomicLong();

  // ms-journal only
  private long unsyncedRecords;

  public JournalMetrics(final Clock clock) {
    this.clock = clock;
  }

  /** A record is in the journal and not on the disk yet. */
  @HotPath
  public void onAppended(final int length) {
    if (unsyncedRecords == 0) {
      unsyncedSinceNs.setRelease(clock.monotonicNs());
    }
    unsyncedRecords++;
    appendedRecords.increment();
    appendedBytes.add(length);
  }

  /** Everything appended is on the disk. */
  @HotPath
  public void onSynced(final long durationNs) {
    if (unsyncedRecords == 0) {
      return;
    }
    syncNs.record(durationNs);
    batchRecords.record(unsyncedRecords);
    unsyncedRecords = 0;
    syncedBytes.add(appendedBytes.value() - syncedBytes.value());
  }

  /** Bytes that a power cut would take now. */
  public long unsyncedBytes() {
    // In this order it never is negative.
    final long synced = syncedBytes.value();
    return appendedBytes.value() - synced;
  }

  /** For how long the oldest of them has been waiting, 0 if there are none. */
  public long unsyncedAgeNs() {
    final long sinceNs = unsyncedSinceNs.getAcquire();
    return unsyncedBytes() == 0 ? 0 : Math.max(0, clock.monotonicNs() - sinceNs);
  }

  public Histogram syncNs() {
    return syncNs;
  }

  public Histogram batchRecords() {
    return batchRecords;
  }

  @Override
  public void write(final MetricsText text) {
    text.counter(
            "mothership_journal_appended_records_total",
            "Records appended since the start.",
            appendedRecords.value())
        .counter(
            "mothership_journal_appended_bytes_total",
            "Bytes of the records appended since the start.",
            appendedBytes.value())
        .counter(
            "mothership_journal_synced_bytes_total",
            "Bytes of the records synced since the start.",
            syncedBytes.value())
        .gauge(
            "mothership_journal_unsynced_bytes",
            "Bytes appended that a power cut would take now.",
            unsyncedBytes())
        .gaugeSeconds(
            "mothership_journal_unsynced_age_seconds",
            "For how long the oldest record that is not synced has been waiting.",
            unsyncedAgeNs())
        .histogramSeconds(
            "mothership_journal_sync_seconds", "How long the disk took for a sync.", syncNs)
        .histogram(
            "mothership_journal_sync_batch_records", "Records that a sync covered.", batchRecords);
  }
}
