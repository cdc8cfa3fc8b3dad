package io.mothership.storage.journal;

import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import io.mothership.storage.recovery.Damage;
import io.mothership.storage.recovery.RecoveryReport;
import io.mothership.storage.retention.JournalUpkeep;
import java.util.Locale;

/** The numbers of a journal's segments, and of the damage in them. Any thread. */
public final class SegmentMetrics implements MetricsSource {
  private final ChronicleJournal journal;

  public SegmentMetrics(final ChronicleJournal journal) {
    this.journal = journal;
  }

  @Override
  public void write(final MetricsText text) {
    final RecoveryReport report = journal.report();
    final JournalUpkeep retention = journal.retention();
    text.gauge(
            "mothership_journal_segments",
            "Segments, the one being written included.",
            journal.segmentCount())
        .gauge(
            "mothership_journal_segment_bytes",
            "Bytes of all segments up to their last records.",
            journal.usedBytes())
        .gaugeShare(
            "mothership_journal_live_share",
            "Part of the journal's bytes that some stream held at the last checkpoint.",
            retention.liveShare())
        .counter(
            "mothership_journal_checkpoint_bytes_total",
            "Bytes of checkpoints written.",
            retention.checkpointBytes())
        .counter(
            "mothership_journal_rewritten_bytes_total",
            "Bytes of living messages written a second time to free segments.",
            retention.rewrittenBytes())
        .gauge(
            "mothership_journal_freed_bytes",
            "Bytes of segments given back since the start, less what was written anew for it.",
            retention.freedBytes())
        .counter(
            "mothership_journal_damaged_reads_total",
            "Reads refused because the record is damaged.",
            journal.damagedReads())
        .gauge(
            "mothership_journal_recovery_clean",
            "1 if the journal had been closed in order before this start.",
            report.isClean() ? 1 : 0)
        .gauge(
            "mothership_journal_recovery_discarded_bytes",
            "Bytes behind the last whole record, never synced, that this start erased.",
            report.discardedBytes());
    text.gauge("mothership_journal_damaged_ranges", "Ranges this start found damaged, by reason.");
    for (final Damage.Reason reason : Damage.Reason.values()) {
      final long ranges =
          report.damage().stream().filter(damage -> damage.reason() == reason).count();
      text.sample(ranges, "reason", reason.name().toLowerCase(Locale.ROOT));
    }
  }
}
