package io.mothership.api.telemetry;

import io.mothership.api.ApiException;
import io.mothership.api.Envelope;
import io.mothership.api.fleet.EntityDirectory;
import io.mothership.api.security.BearerAuth;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.TapStart;
import io.mothership.security.Permission;
import io.mothership.transport.http.BodySink;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /api/v1/telemetry}: what the journal keeps of telemetry, a page at a time or as a
 * stream.
 */
public final class TelemetryResource {
  private static final String PATH = "/api/v1/telemetry";
  private static final String NDJSON = "application/x-ndjson";
  private static final byte[] LINE_END = {'\n'};
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 1_000;
  private static final int PAGE_BYTES_MAX = 1024 * 1024;

  /** In the heap at one time, several times over while they become an answer. */
  private static final int PAGES_MAX = 4;

  private static final long PAGE_PATIENCE_S = 10;

  private final Semaphore pages = new Semaphore(PAGES_MAX, true);
  private final Fabric fabric;
  private final EntityDirectory directory;

  public TelemetryResource(final Fabric fabric, final EntityDirectory directory) {
    this.fabric = fabric;
    this.directory = directory;
  }

  public List<Route> routes(final BearerAuth auth) {
    return List.of(
        new Route(
            "GET",
            PATH,
            auth.guard(Permission.TELEMETRY_READ, Envelope.guard("QUERY_FAILED", this::read))));
  }

  private HttpResponse read(final HttpRequestView request) throws InterruptedException {
    final Query query = query(request);
    final boolean isNdjson =
        request.header("Accept").filter(accept -> accept.contains(NDJSON)).isPresent();
    if (isNdjson && query.isAscending()) {
      return HttpResponse.streaming(200, NDJSON, sink -> stream(query, sink));
    }
    if (isNdjson) {
      return HttpResponse.streaming(200, NDJSON, sink -> writeNewest(query, sink));
    }
    takeTurn();
    try {
      return whole(query.isAscending() ? ascending(query) : descending(query));
    } finally {
      pages.release();
    }
  }

  /** Waits until there is memory for a page. */
  private void takeTurn() throws InterruptedException {
    if (!pages.tryAcquire(PAGE_PATIENCE_S, TimeUnit.SECONDS)) {
      throw new ApiException(
          503, "TOO_BUSY", "too many pages of history at once: max=" + PAGES_MAX);
    }
  }

  private static HttpResponse whole(final TelemetryPage page) {
    return Envelope.success(
        200,
        writer -> {
          writer.beginObject().name("items").beginArray();
          for (final FleetCursor.Row row : page.rows()) {
            writer.raw(new String(row.json(), StandardCharsets.UTF_8));
          }
          writer.endArray();
          if (page.cursor() != 0) {
            writer.text("cursor", Long.toString(page.cursor()));
          }
          writer.endObject();
        });
  }

  private static Query query(final HttpRequestView request) {
    final String orgId = request.query("org_id");
    if (orgId.isEmpty()) {
      throw new ApiException(400, "MISSING_ORG_ID", "org_id is required");
    }
    final String from = request.query("from");
    final String to = request.query("to");
    final long fromNs = from.isEmpty() ? Long.MIN_VALUE : Since.timeNs("from", from);
    final long toNs = to.isEmpty() ? Long.MAX_VALUE : Since.timeNs("to", to);
    final Set<RecordKind> kinds = EnumSet.of(RecordKind.TELEMETRY);
    return new Query(
        new RecordFilter(orgId, request.query("entity_id"), kinds, fromNs, toNs),
        isAscending(request.query("order")),
        limit(request.query("limit")),
        cursor(request.query("cursor")));
  }

  private static boolean isAscending(final String order) {
    return switch (order) {
      case "", "asc" -> true;
      case "desc" -> false;
      default -> throw ApiException.invalid("order must be asc or desc");
    };
  }

  /** 0 = none given. */
  private static int limit(final String limit) {
    if (limit.isEmpty()) {
      return 0;
    }
    if (!Since.isSequence(limit)
        || Since.sequence(limit) < 1
        || Since.sequence(limit) > LIMIT_MAX) {
      throw ApiException.invalid("limit must be a number from 1 to " + LIMIT_MAX);
    }
    return Integer.parseInt(limit);
  }

  /** 0 = none given. */
  private static long cursor(final String cursor) {
    if (cursor.isEmpty()) {
      return 0;
    }
    if (!Since.isSequence(cursor)) {
      throw ApiException.invalid("cursor is not one that this server gave");
    }
    return Since.sequence(cursor);
  }

  private FleetCursor open(final Query query) {
    final TapStart start;
    if (query.isAscending() && query.cursor() > 0) {
      start = new TapStart.AfterSequence(query.cursor());
    } else if (query.filter().fromNs() != Long.MIN_VALUE) {
      start = new TapStart.AtTime(query.filter().fromNs());
    } else {
      start = new TapStart.Oldest();
    }
    return FleetCursor.history(
        fabric.tap(query.filter().tapFilter(), start), query.filter(), directory);
  }

  private TelemetryPage ascending(final Query query) {
    final int limit = query.limit() == 0 ? LIMIT_DEFAULT : query.limit();
    final List<FleetCursor.Row> rows = new ArrayList<>();
    int bytes = 0;
    try (FleetCursor cursor = open(query)) {
      while (true) {
        for (final FleetCursor.Row row : cursor.next()) {
          if (row.isNotice()) {
            continue;
          }
          if (rows.size() == limit || bytes > PAGE_BYTES_MAX) {
            return new TelemetryPage(rows, rows.getLast().sequence());
          }
          rows.add(row);
          bytes += row.json().length;
        }
        if (cursor.isAtEnd()) {
          return new TelemetryPage(rows, 0);
        }
      }
    }
  }

  private TelemetryPage descending(final Query query) {
    final int limit = query.limit() == 0 ? LIMIT_DEFAULT : query.limit();
    return new NewestFirst(fabric, directory, query.filter(), limit, PAGE_BYTES_MAX)
        .read(query.cursor());
  }

  private void stream(final Query query, final BodySink sink)
      throws IOException, InterruptedException {
    long left = query.limit() == 0 ? Long.MAX_VALUE : query.limit();
    try (FleetCursor cursor = open(query)) {
      while (true) {
        for (final FleetCursor.Row row : cursor.next()) {
          if (row.isNotice()) {
            continue;
          }
          sink.write(row.json());
          sink.write(LINE_END);
          if (--left == 0) {
            return;
          }
        }
        if (cursor.isAtEnd()) {
          return;
        }
      }
    }
  }

  private void writeNewest(final Query query, final BodySink sink)
      throws IOException, InterruptedException {
    pages.acquire();
    try {
      for (final FleetCursor.Row row : descending(query).rows()) {
        sink.write(row.json());
        sink.write(LINE_END);
      }
    } finally {
      pages.release();
    }
  }

  private record Query(RecordFilter filter, boolean isAscending, int limit, long cursor) {}
}
