package io.mothership.api.telemetry;

import io.mothership.api.fleet.EntityDirectory;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.TapStart;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the newest records before a place, newest first.
 *
 * <p><i>Thread:</i> one. <i>Back-pressure:</i> holds one page, of bounded count and bytes.
 */
final class NewestFirst {
  private final Fabric fabric;
  private final EntityDirectory directory;
  private final RecordFilter filter;
  private final int limit;
  private final int bytesMax;

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
    final TapStart start =
        new TapStart.Before(before == 0 ? Long.MAX_VALUE : before, filter.toNs());
    final List<FleetCursor.Row> rows = new ArrayList<>();
    long bytes = 0;
    try (FleetCursor cursor =
        FleetCursor.newestFirst(fabric.tap(filter.tapFilter(), start), filter, directory)) {
      do {
        for (final FleetCursor.Row row : cursor.next()) {
          if (row.isNotice()) {
            continue;
          }
          if (rows.size() == limit || !rows.isEmpty() && bytes + row.json().length > bytesMax) {
            return new TelemetryPage(rows, rows.getLast().sequence());
          }
          rows.add(row);
          bytes += row.json().length;
        }
      } while (!cursor.isAtEnd());
    }
    return new TelemetryPage(rows, 0);
  }
}
