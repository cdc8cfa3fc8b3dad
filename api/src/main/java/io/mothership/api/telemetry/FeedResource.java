package io.mothership.api.telemetry;

import io.mothership.api.ApiException;
import io.mothership.api.Envelope;
import io.mothership.api.fleet.EntityDirectory;
import io.mothership.api.security.BearerAuth;
import io.mothership.api.security.HttpCredentials;
import io.mothership.error.ServiceException;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.security.Permission;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.ws.WebSocketConfig;
import io.mothership.transport.ws.WebSocketHandler.Opening;
import io.mothership.transport.ws.WebSocketPeer;
import io.mothership.transport.ws.WebSocketRoute;
import java.io.IOException;
import java.util.Set;

/**
 * {@code GET /api/v1/feed}: a WebSocket that is a cursor over the journal. It replays from {@code
 * since}, catches up and is live, without a seam; a slow client slows only its own cursor.
 */
public final class FeedResource {
  private static final String PATH = "/api/v1/feed";
  private static final long AWAIT_MS = 1_000;

  private final Fabric fabric;
  private final EntityDirectory directory;

  public FeedResource(final Fabric fabric, final EntityDirectory directory) {
    this.fabric = fabric;
    this.directory = directory;
  }

  public WebSocketRoute route(final BearerAuth auth, final WebSocketConfig config) {
    return new WebSocketRoute(PATH, config, request -> open(auth, request));
  }

  private Opening open(final BearerAuth auth, final HttpRequestView request) {
    try {
      final HttpCredentials.WebSocketLogin login = auth.admit(Permission.TELEMETRY_READ, request);
      final Subscription subscription = subscription(request);
      return new Opening.Accepted(login.subprotocol(), peer -> serve(subscription, peer));
    } catch (final ServiceException e) {
      return new Opening.Refused(BearerAuth.refusal(e));
    } catch (final ApiException e) {
      return new Opening.Refused(Envelope.error(e.status(), e.code(), e.getMessage()));
    }
  }

  private static Subscription subscription(final HttpRequestView request) {
    final String orgId = request.query("org_id");
    if (orgId.isEmpty()) {
      throw new ApiException(400, "MISSING_ORG_ID", "org_id is required");
    }
    final Set<RecordKind> kinds;
    try {
      kinds = RecordKind.parseList(request.query("types"));
    } catch (final IllegalArgumentException e) {
      throw ApiException.invalid(e.getMessage());
    }
    final String since = request.query("since");
    long fromNs = Long.MIN_VALUE;
    final TapStart start;
    if (since.isEmpty()) {
      start = new TapStart.Now();
    } else if (Since.isSequence(since)) {
      start = new TapStart.AfterSequence(Since.sequence(since));
    } else {
      fromNs = Since.timeNs("since", since);
      start = new TapStart.AtTime(fromNs);
    }
    return new Subscription(
        start, new RecordFilter(orgId, request.query("entity_id"), kinds, fromNs, Long.MAX_VALUE));
  }

  private void serve(final Subscription subscription, final WebSocketPeer peer)
      throws IOException, InterruptedException {
    try (FleetCursor cursor =
        FleetCursor.live(tap(subscription, peer), subscription.filter(), directory)) {
      while (peer.isOpen()) {
        // Nothing is read for a client that does not take what it has: it would lie in the heap.
        peer.awaitRoom();
        for (final FleetCursor.Row row : cursor.next()) {
          peer.send(row.json());
        }
        cursor.letGo();
        if (cursor.isAtEnd()) {
          cursor.await(AWAIT_MS);
        }
      }
    }
  }

  /**
   * A place above the head means that the journal lost its end in a power cut: say so, go on from
   * here.
   */
  private Tap tap(final Subscription subscription, final WebSocketPeer peer)
      throws IOException, InterruptedException {
    final TapFilter filter = subscription.filter().tapFilter();
    final Tap tap = fabric.tap(filter, subscription.start());
    if (subscription.start() instanceof TapStart.AfterSequence(final long after)
        && after > tap.committedSequence()) {
      final long head = tap.committedSequence();
      tap.close();
      peer.send(RecordJson.reset(head));
      return fabric.tap(filter, new TapStart.AfterSequence(head));
    }
    return tap;
  }

  private record Subscription(TapStart start, RecordFilter filter) {}
}
