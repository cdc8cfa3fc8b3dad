package io.mothership.dispatch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.mothership.bus.Fabric;
import io.mothership.bus.Pressure;
import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.bus.Tap;
import io.mothership.bus.TapStart;
import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fabric on the broker inside: a session like any client's, without the socket.
 *
 * <p><i>Back-pressure:</i> publishing waits while the ingress ring is full, for {@value
 * #PATIENCE_MS} ms; a subscriber that falls {@value #QUEUE_LENGTH} messages behind loses the newest
 * ones, counted and logged.
 */
final class EmbeddedFabric implements Fabric {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedFabric.class);
  private static final JsonFactory JSON = new JsonFactory();
  private static final int ACCOUNT = 0;
  private static final int QUEUE_LENGTH = 4096;
  private static final int PENDING_MAX = 4096;
  private static final long PATIENCE_MS = 5_000;
  private static final long RETRY_NS = 200_000L;
  private static final String REPLIES = "replies";

  private final Spine spine;
  private final long connectionId;
  private final String inbox;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, CompletableFuture<Received>> pending = new ConcurrentHashMap<>();
  private final Map<String, Listening> listening = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  EmbeddedFabric(final Spine spine, final long connectionId) {
    this.spine = spine;
    this.connectionId = connectionId;
    this.inbox = "_INBOX.fabric" + connectionId + ".";
    insist(
        () ->
            spine
                .ingress()
                .tryOpen(
                    new SessionOpening(
                        connectionId, ACCOUNT, Origin.INTERNAL, new Inbox(), true, true, true)));
    subscribeAs(REPLIES, inbox + "*");
  }

  @Override
  public CompletableFuture<PublishAck> publish(final Publication publication) {
    return ask(publication).thenApply(EmbeddedFabric::toAck);
  }

  @Override
  public void send(final Publication publication) {
    offer(publication, "");
  }

  @Override
  public CompletableFuture<Received> request(
      final Publication publication, final Duration patience) {
    return ask(publication)
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(
            received -> {
              if (isNoResponders(received)) {
                throw new MothershipException(
                    Category.ENVIRONMENT,
                    "NO_RESPONDERS",
                    "nobody listens on " + publication.subject());
              }
              return received;
            });
  }

  @Override
  public AutoCloseable subscribe(final String subject, final Consumer<Received> consumer) {
    final String sid = Long.toString(ids.incrementAndGet());
    final Listening listener = new Listening(sid, consumer);
    listening.put(sid, listener);
    subscribeAs(sid, subject);
    return () -> {
      insist(() -> spine.ingress().tryUnsubscribe(connectionId, Slice.of(sid), 0));
      listening.remove(sid);
      listener.close();
    };
  }

  @Override
  public void requireIntake() {
    if (spine.isJournalFailed()) {
      throw new MothershipException(
          Category.UNAVAILABLE,
          "JOURNAL_FAILED",
          "the disk failed: nothing is stored until a restart");
    }
    if (!spine.takesMessages()) {
      throw new MothershipException(
          Category.CAPACITY,
          "STORAGE_FULL",
          "the disk is full: nothing is stored until there is space");
    }
  }

  @Override
  public Tap tap(final TapStart start) {
    return spine.tap(start);
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    spine.ingress().tryClose(connectionId);
    listening.values().forEach(Listening::close);
    pending.values().forEach(future -> future.completeExceptionally(closed()));
  }

  private CompletableFuture<Received> ask(final Publication publication) {
    if (pending.size() >= PENDING_MAX) {
      return CompletableFuture.failedFuture(busy("too many requests wait for an answer"));
    }
    final long id = ids.incrementAndGet();
    final CompletableFuture<Received> future = new CompletableFuture<>();
    pending.put(id, future);
    future.whenComplete((received, error) -> pending.remove(id));
    try {
      offer(publication, inbox + id);
    } catch (final MothershipException e) {
      future.completeExceptionally(e);
    }
    return future.orTimeout(2 * PATIENCE_MS, TimeUnit.MILLISECONDS);
  }

  private void offer(final Publication publication, final String reply) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(publication.subject()));
    message.reply().wrap(Slice.of(reply));
    message.payload().wrap(Slice.of(publication.payload()));
    if (!publication.messageId().isEmpty()) {
      message
          .headers()
          .wrap(Slice.of("NATS/1.0\r\nNats-Msg-Id: " + publication.messageId() + "\r\n\r\n"));
    }
    insist(
        () ->
            spine
                .ingress()
                .tryPublish(
                    connectionId, Origin.INTERNAL, ACCOUNT, publication.outboxId(), message));
  }

  private void subscribeAs(final String sid, final String subject) {
    insist(
        () ->
            spine
                .ingress()
                .trySubscribe(connectionId, Slice.of(sid), Slice.of(subject), new Slice()));
  }

  private void insist(final Attempt attempt) {
    final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (true) {
      if (isClosed) {
        throw closed();
      }
      final int answer = attempt.run();
      if (answer >= 0) {
        return;
      }
      if (answer == Pressure.TOO_LARGE) {
        throw new MothershipException(
            Category.INPUT, "MESSAGE_TOO_LARGE", "the message is too large");
      }
      if (System.nanoTime() > deadline) {
        throw busy("the broker takes no more messages for now");
      }
      LockSupport.parkNanos(RETRY_NS);
    }
  }

  private static MothershipException busy(final String message) {
    return new MothershipException(Category.CAPACITY, "FABRIC_BUSY", message);
  }

  private static MothershipException closed() {
    return new MothershipException(Category.ENVIRONMENT, "FABRIC_CLOSED", "the broker is stopping");
  }

  private static boolean isNoResponders(final Received received) {
    return received.payload().length == 0
        && new String(received.headers(), StandardCharsets.US_ASCII).startsWith("NATS/1.0 503");
  }

  private static PublishAck toAck(final Received received) {
    if (isNoResponders(received)) {
      throw new MothershipException(Category.INPUT, "NO_STREAM", "no stream keeps this subject");
    }
    String stream = "";
    long sequence = 0;
    boolean isDuplicate = false;
    String error = "";
    try (JsonParser parser = JSON.createParser(received.payload())) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
          final String name = parser.currentName();
          final JsonToken value = parser.nextToken();
          if (name.equals("stream")) {
            stream = parser.getText();
          } else if (name.equals("seq")) {
            sequence = parser.getLongValue();
          } else if (name.equals("duplicate")) {
            isDuplicate = value == JsonToken.VALUE_TRUE;
          } else if (name.equals("description")) {
            error = parser.getText();
          }
        }
      }
    } catch (final IOException e) {
      error = "unreadable acknowledgement: " + e.getMessage();
    }
    if (!error.isEmpty()) {
      throw new MothershipException(Category.CAPACITY, "PUBLISH_REFUSED", error);
    }
    return new PublishAck(stream, sequence, isDuplicate);
  }

  @FunctionalInterface
  private interface Attempt {
    int run();
  }

  /** ms-dispatch hands over; copies, as services are not the hot path. */
  private final class Inbox extends QuietOutbox {
    @Override
    public int offerMessage(final byte[] sid, final MessageView message) {
      final Received received =
          new Received(
              message.subject().toString(),
              message.reply().toString(),
              message.headers().toByteArray(),
              message.payload().toByteArray());
      final String name = new String(sid, StandardCharsets.US_ASCII);
      if (name.equals(REPLIES)) {
        answer(received);
      } else {
        final Listening listener = listening.get(name);
        if (listener != null) {
          listener.offer(received);
        }
      }
      return received.payload().length;
    }

    private void answer(final Received received) {
      final long id = Long.parseLong(received.subject().substring(inbox.length()));
      final CompletableFuture<Received> future = pending.get(id);
      if (future != null) {
        // Never run a service's continuation on ms-dispatch.
        Thread.startVirtualThread(() -> future.complete(received));
      }
    }

    @Override
    public void close(final CloseReason reason) {
      isClosed = true;
    }
  }

  /** One subscription and the virtual thread that serves it. */
  private static final class Listening {
    private final BlockingQueue<Received> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH);
    private final Consumer<Received> consumer;
    private final Thread thread;
    private final AtomicLong lost = new AtomicLong();

    Listening(final String sid, final Consumer<Received> consumer) {
      this.consumer = consumer;
      this.thread = Thread.ofVirtual().name("ms-fabric-" + sid).start(this::serve);
    }

    void offer(final Received received) {
      if (!queue.offer(received) && lost.getAndIncrement() == 0) {
        LOG.warn("a service reads too slowly and loses messages: subject={}", received.subject());
      }
    }

    void close() {
      thread.interrupt();
    }

    private void serve() {
      try {
        while (true) {
          final Received received = queue.take();
          try {
            consumer.accept(received);
          } catch (final RuntimeException e) {
            LOG.error("a service failed on {}: {}", received.subject(), e.getMessage(), e);
          }
        }
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
