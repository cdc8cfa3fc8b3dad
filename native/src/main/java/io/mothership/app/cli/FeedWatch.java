package io.mothership.app.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Counts telemetry and events on the WebSocket feed of an organization, from its beginning. */
final class FeedWatch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long STEP_MS = 100;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final CompletableFuture<WebSocket> socket;
  private final AtomicLong count = new AtomicLong();
  private volatile String complaint = "";

  FeedWatch(final int port, final String orgId, final String token) {
    final URI uri =
        URI.create(
            "ws://127.0.0.1:"
                + port
                + "/api/v1/feed?types=telemetry,event&since=0&org_id="
                + orgId);
    socket =
        client
            .newWebSocketBuilder()
            .connectTimeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .buildAsync(uri, new Messages());
    socket.exceptionally(
        e -> {
          complaint = " (" + (e instanceof CompletionException ? e.getCause() : e) + ")";
          return null;
        });
  }

  long count() {
    return count.get();
  }

  /** What went wrong, in parentheses, or nothing. */
  String complaint() {
    return complaint;
  }

  /** Waits until so many were counted, the feed failed, or the patience is over. */
  void awaitCount(final long wanted, final Duration patience) throws InterruptedException {
    final long deadline = System.nanoTime() + patience.toNanos();
    while (count.get() < wanted && complaint.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(STEP_MS);
    }
  }

  @Override
  public void close() {
    if (socket.isDone() && !socket.isCompletedExceptionally()) {
      socket.join().abort();
    }
    client.shutdownNow();
  }

  private final class Messages implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(
        final WebSocket webSocket, final CharSequence part, final boolean isLast) {
      text.append(part);
      if (isLast) {
        // The type is the first member, whatever the data hold.
        if (text.indexOf("{\"type\":\"telemetry\"") == 0
            || text.indexOf("{\"type\":\"event\"") == 0) {
          count.incrementAndGet();
        }
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public void onError(final WebSocket webSocket, final Throwable error) {
      complaint = " (" + error + ")";
    }
  }
}
