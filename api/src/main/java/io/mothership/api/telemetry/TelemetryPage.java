package io.mothership.api.telemetry;

import java.util.List;

/**
 * One page of history.
 *
 * @param rows in the order asked for
 * @param cursor journal sequence at which the next page goes on, 0 = this is the last one
 */
record TelemetryPage(List<FleetCursor.Row> rows, long cursor) {}
