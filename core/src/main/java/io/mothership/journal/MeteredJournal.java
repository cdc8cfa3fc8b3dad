package io.mothership.journal;

import io.mothership.clock.Clock;
import io.mothership.frame.HotPath;
import io.mothership.metrics.JournalMetrics;
import java.util.Optional;
import org.agrona.DirectBuffer;

/**
 * A journal that tells its metrics what is appended and synced through it; the syncs a journal
 * makes by itself, as at a roll, count as part of an append.
 *
 * <p><i>Thread:</i> as the journal behind it. <i>Allocates:</i> nothing per record.
 */
public final class MeteredJournal implements Journal {
  private final Journal journal;
  private final JournalMetrics metrics;
  private final Clock clock;

  public MeteredJournal(final Journal journal, final JournalMetrics metrics, final Clock clock) {
    this.journal = journal;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  @HotPath
  public long append(final DirectBuffer buffer, final int offset, final int length) {
    final long location = journal.append(buffer, offset, length);
    metrics.onAppended(length);
    return location;
  }

  @Override
  public void sync() {
    final long startNs = clock.monotonicNs();
    journal.sync();
    metrics.onSynced(clock.monotonicNs() - startNs);
  }

  @Override
  public boolean isSpaceLow(final boolean isAskedAnew) {
    return journal.isSpaceLow(isAskedAnew);
  }

  @Override
  public void awaitOpen() {
    journal.awaitOpen();
  }

  @Override
  public Optional<Upkeep> upkeep() {
    return journal.upkeep();
  }

  @Override
  public JournalReader reader() {
    return journal.reader();
  }

  @Override
  public void close() {
    journal.close();
  }
}
