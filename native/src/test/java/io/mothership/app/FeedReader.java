package io.mothership.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * An operator's screen: follows the feed of an organization, and after each loss of the connection
 * resumes it with {@code since} behind the last message seen.
 */
final class FeedReader implements AutoCloseable {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long PAUSE_MS = 100;

  private final String url;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final List<Long> records = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile long lastSequence;
  private volatile int connections;
  private volatile String complaint = "";
  private volatile boolean isClosed;

  FeedReader(final String httpUrl, final String orgId) {
    url =
        httpUrl.replace("http://", "ws://")
            + "/api/v1/feed?types=telemetry&org_id="
            + orgId
            + "&token="
            + ApplianceProcess.TOKEN;
    thread = Thread.ofVirtual().start(this::follow);
  }

  /** The field {@code record} of each message, in the order seen. */
  List<Long> records() {
    return records;
  }

  /** How often it had to connect. */
  int connections() {
    return connections;
  }

  /** A message of the feed that is no record, e.g. {@code lagged}; or a sequence that went back. */
  String complaint() {
    return complaint;
  }

  void awaitCount(final int count, final Duration patience) throws InterruptedException {
    final long deadline = System.nanoTime() + patience.toNanos();
    while (records.size() < count && System.nanoTime() < deadline) {
      Thread.sleep(PAUSE_MS);
    }
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    client.shutdownNow();
  }

  private void follow() {
    while (!isClosed) {
      final Messages messages = new Messages();
      try {
        client
            .newWebSocketBuilder()
            .connectTimeout(PATIENCE)
            .buildAsync(URI.create(url + "&since=" + lastSequence), messages)
            .join();
        connections++;
        messages.ended.await();
      } catch (final CompletionException e) {
        pause();
      } catch (final InterruptedException e) {
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(final String message) throws IOException {
    long sequence = -1;
    long record = -1;
    String type = "";
    try (JsonParser parser = JSON.createParser(message)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        final String name = parser.currentName();
        if (token == JsonToken.VALUE_NUMBER_INT && "seq".equals(name)) {
          sequence = sequence < 0 ? parser.getLongValue() : sequence;
        } else if (token == JsonToken.VALUE_NUMBER_INT && "record".equals(name)) {
          record = parser.getLongValue();
        } else if (token == JsonToken.VALUE_STRING && "type".equals(name) && type.isEmpty()) {
          type = parser.getText();
        }
      }
    }
    if (!type.equals("telemetry") || sequence <= lastSequence) {
      complaint = message;
      return;
    }
    lastSequence = sequence;
    records.add(record);
  }

  private final class Messages implements WebSocket.Listener {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(
        final WebSocket webSocket, final CharSequence part, final boolean isLast) {
      text.append(part);
      if (isLast) {
        try {
          take(text.toString());
        } catch (final IOException e) {
          complaint = e.getMessage();
        }
        text.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(
        final WebSocket webSocket, final int statusCode, final String reason) {
      ended.countDown();
      return null;
    }

    @Override
    public void onError(final WebSocket webSocket, final Throwable error) {
      ended.countDown();
    }
  }
}
