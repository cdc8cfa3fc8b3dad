package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import io.mothership.fabric.StoredRecord;
import io.mothership.fabric.Tap;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the records that a filter lets through, as JSON.
 *
 * <p><i>Thread:</i> one. <i>Back-pressure:</i> holds one batch: {@value #BATCH_MAX} records at
 * most, and no further one after {@value #BATCH_BYTES_MAX} bytes.
 */
final class FleetCursor implements AutoCloseable {
  private static final int BATCH_MAX = 16;
  private static final int BATCH_BYTES_MAX = 32 * 1024;

  private final Tap tap;
  private final RecordFilter filter;
  private final EntityDirectory directory;
  private final long endSequence;
  private final boolean isBackwards;
  private final List<Row> rows = new ArrayList<>();
  private int batchBytes;
  private boolean isPastEnd;

  private FleetCursor(
      final Tap tap,
      final RecordFilter filter,
      final EntityDirectory directory,
      final long endSequence,
      final boolean isBackwards) {
    this.tap = tap;
    this.filter = filter;
    this.directory = directory;
    this.endSequence = endSequence;
    this.isBackwards = isBackwards;
  }

  /** A cursor that goes on as long as records come. */
  static FleetCursor live(
      final Tap tap, final RecordFilter filter, final EntityDirectory directory) {
    return new FleetCursor(tap, filter, directory, Long.MAX_VALUE, false);
  }

  /** A cursor from the newest to the oldest, on a tap that goes back. */
  static FleetCursor newestFirst(
      final Tap tap, final RecordFilter filter, final EntityDirectory directory) {
    return new FleetCursor(tap, filter, directory, Long.MAX_VALUE, true);
  }

  /**
   * A cursor that ends at what is committed now, so that no stream of new records keeps it going.
   */
  static FleetCursor history(
      final Tap tap, final RecordFilter filter, final EntityDirectory directory) {
    return new FleetCursor(tap, filter, directory, tap.committedSequence(), false);
  }

  /**
   * The next rows; empty if there are none now or none of the records just read is wanted.
   *
   * @return valid until the next call
   */
  List<Row> next() {
    rows.clear();
    batchBytes = 0;
    // Who has far to go, with nothing on the way for this client, would keep a processor from
    // others.
    Thread.yield();
    for (int i = 0; i < BATCH_MAX && batchBytes < BATCH_BYTES_MAX && !isPastEnd; i++) {
      if (tap.poll(this::onRecord, 1) == 0) {
        // Others' records may have come behind the end all the time.
        isPastEnd |= tap.journalSequence() >= endSequence;
        break;
      }
    }
    return rows;
  }

  /** Forgets the rows, for whoever waits before the next call. */
  void letGo() {
    rows.clear();
  }

  /** Whether nothing can come any more or, in an unbounded reading, nothing has come yet. */
  boolean isAtEnd() {
    return isPastEnd || tap.isCaughtUp();
  }

  void await(final long patienceMs) throws InterruptedException {
    tap.await(patienceMs);
  }

  private void onRecord(final StoredRecord record) {
    final long dropped = tap.takeDropped();
    final long timeNs = record.timeNs();
    // Record times never go back, and going back they never rise.
    isPastEnd |=
        record.journalSequence() > endSequence
            || (isBackwards ? timeNs < filter.fromNs() : timeNs > filter.toNs());
    if (isPastEnd || !filter.acceptsTime(timeNs)) {
      addDropped(dropped);
      return;
    }
    final String subjectText = record.subject();
    final FleetSubject subject = FleetSubject.parse(subjectText, directory).orElse(null);
    addDropped(dropped);
    if (subject == null || !filter.acceptsSubject(subject)) {
      return;
    }
    final byte[] payload = record.payload();
    final PayloadView view = PayloadView.of(payload);
    final FleetSubject whole =
        subject.entityId().isEmpty() ? subject.withEntity(view.entityId()) : subject;
    if (!filter.acceptsEntity(whole.entityId())) {
      return;
    }
    final byte[] json =
        RecordJson.record(
            whole,
            subjectText,
            record.journalSequence(),
            record.stream(),
            record.streamSequence(),
            timeNs,
            view,
            payload);
    batchBytes += json.length;
    rows.add(new Row(record.journalSequence(), json));
  }

  private void addDropped(final long dropped) {
    if (dropped > 0) {
      rows.add(new Row(0, RecordJson.lagged(dropped)));
    }
  }

  @Override
  public void close() {
    tap.close();
  }

  /**
   * One line for the client.
   *
   * @param sequence the record's journal sequence, 0 for a notice about records that are gone
   */
  record Row(long sequence, byte[] json) {
    boolean isNotice() {
      return sequence == 0;
    }
  }
}
