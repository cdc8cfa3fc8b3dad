package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapStart;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads the newest records before a place, newest first: journals are read forward, so it reads
 * windows that lie one before the other and grow, until it has what is wanted.
 *
 * <p><i>Thread:</i> one. <i>Back-pressure:</i> holds one page, of bounded count and bytes.
 */
final class NewestFirst {
  /** Records in the first window, at least. */
  private static final long WINDOW_MIN = 64;

  private static final long WINDOW_MAX = 1 << 20;

  private final Fabric fabric;
  private final EntityDirectory directory;
  private final RecordFilter filter;
  private final int limit;
  private final int bytesMax;

  /** Newest first, one more than fits on the page if there is one. */
  private final List<FleetCursor.Row> rows = new ArrayList<>();

  private long bytes;

  NewestFirst(
      final Fabric fabric,
      final EntityDirectory directory,
      final RecordFilter filter,
      final int limit,
      final int bytesMax) {
    this.fabric = fabric;
    this.directory = directory;
    this.filter = filter;
    this.limit = limit;
    this.bytesMax = bytesMax;
  }

  /**
   * The page before a journal sequence.
   *
   * @param before 0 = from the end
   */
  TelemetryPage read(final long before) {
    long end = endSequence(before);
    final long floor =
        filter.fromNs() == Long.MIN_VALUE ? 1 : firstAt(filter.fromNs(), Long.MAX_VALUE);
    long window = Math.max(WINDOW_MIN, 2L * limit);
    while (end > floor && !isFull()) {
      final long start = Math.max(floor, end - window);
      readWindow(start, end);
      end = start;
      window = Math.min(WINDOW_MAX, 2 * window);
    }
    if (!isFull()) {
      return new TelemetryPage(rows, 0);
    }
    rows.removeLast();
    return new TelemetryPage(rows, rows.getLast().sequence());
  }

  /** Above the last record that can be wanted. */
  private long endSequence(final long before) {
    final long wanted = before == 0 ? Long.MAX_VALUE : before;
    if (filter.toNs() == Long.MAX_VALUE) {
      try (Tap tap = fabric.tap(new TapStart.Now())) {
        return Math.min(wanted, tap.committedSequence() + 1);
      }
    }
    return firstAt(filter.toNs() + 1, wanted);
  }

  /** Sequence of the first record at or after a time, or above all there are. */
  private long firstAt(final long timeNs, final long max) {
    final long[] first = {0};
    try (Tap tap = fabric.tap(new TapStart.AtTime(timeNs))) {
      do {
        tap.poll((stream, frame) -> first[0] = frame.journalSequence(), 1);
      } while (first[0] == 0 && !tap.isCaughtUp());
      return Math.min(max, first[0] == 0 ? tap.committedSequence() + 1 : first[0]);
    }
  }

  /** Adds what is wanted of the records from {@code start} to before {@code end}. */
  private void readWindow(final long start, final long end) {
    final Deque<FleetCursor.Row> newest = new ArrayDeque<>();
    long newestBytes = 0;
    final Tap tap = fabric.tap(new TapStart.AfterSequence(start - 1));
    try (FleetCursor cursor = FleetCursor.range(tap, filter, directory, end - 1)) {
      do {
        for (final FleetCursor.Row row : cursor.next()) {
          if (row.isNotice()) {
            continue;
          }
          newest.addFirst(row);
          newestBytes += row.json().length;
          while (newest.size() > 1
              && (rows.size() + newest.size() > limit + 1
                  || bytes + newestBytes - newest.getLast().json().length > bytesMax)) {
            newestBytes -= newest.removeLast().json().length;
          }
        }
      } while (!cursor.isAtEnd());
    }
    rows.addAll(newest);
    bytes += newestBytes;
  }

  /** Whether there is one more than fits. */
  private boolean isFull() {
    return rows.size() > limit || rows.size() > 1 && bytes > bytesMax;
  }
}
