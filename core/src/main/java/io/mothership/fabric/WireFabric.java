package io.mothership.fabric;

import io.mothership.fabric.FabricException.Refusal;
import io.mothership.json.JsonException;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import io.mothership.json.JsonText;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What of a fabric is the same over any connection that speaks NATS: requests, acknowledged
 * publishes, durable consumers, buckets. Who extends it sends, listens and taps.
 *
 * <p><i>Back-pressure:</i> at most {@value #PENDING_MAX} requests wait for their answer at one
 * time; more are refused.
 */
public abstract class WireFabric implements Fabric {
  private static final int PENDING_MAX = 4096;
  private static final Duration ACK_PATIENCE = Duration.ofSeconds(10);
  private static final String API = "$JS.API.";
  private static final byte[] NOTHING = {};

  private final AtomicLong ids = new AtomicLong();
  private final Map<String, CompletableFuture<Received>> pending = new ConcurrentHashMap<>();
  private final String inbox;

  /**
   * @param inbox what the subjects of answers begin with, a dot at its end; nobody else's
   */
  protected WireFabric(final String inbox) {
    this.inbox = inbox;
  }

  /**
   * Sends a message.
   *
   * @param reply empty for none
   * @param headers as on the wire, empty for none
   * @throws FabricException if it cannot be taken
   */
  protected abstract void offer(
      String subject, String reply, byte[] headers, byte[] payload, long outboxId);

  /** Listens on a subject; the consumer is called in order, on a virtual thread. */
  protected abstract AutoCloseable listen(
      String subject, String queueGroup, Consumer<Received> consumer);

  /** The subject on which {@link #onReply} is to be called. */
  protected final String replies() {
    return inbox + "R.*";
  }

  /** Takes what came on {@link #replies}. Any thread: it is read, and awaited, on another. */
  protected final void onReply(final String subject, final Supplier<Received> received) {
    final CompletableFuture<Received> future =
        pending.get(subject.substring(subject.lastIndexOf('.') + 1));
    if (future != null) {
      Thread.startVirtualThread(() -> future.complete(received.get()));
    }
  }

  /** Ends all requests that wait. */
  protected final void abandonRequests() {
    pending.values().forEach(future -> future.completeExceptionally(closed()));
  }

  protected static FabricException closed() {
    return new FabricException(Refusal.CLOSED, "the broker is stopping");
  }

  protected static FabricException busy(final String message) {
    return new FabricException(Refusal.BUSY, message);
  }

  @Override
  public CompletableFuture<PublishAck> publish(final Publication publication) {
    return ask(publication, ACK_PATIENCE).thenApply(WireFabric::toAck);
  }

  @Override
  public void send(final Publication publication) {
    offer(
        publication.subject(),
        "",
        publication.allHeaders().block(),
        publication.payload(),
        publication.outboxId());
  }

  @Override
  public CompletableFuture<Received> request(
      final Publication publication, final Duration patience) {
    return ask(publication, patience)
        .thenApply(
            received -> {
              if (isNoResponders(received)) {
                throw new FabricException(
                    Refusal.NO_RESPONDERS, "nobody listens on " + publication.subject());
              }
              return received;
            });
  }

  @Override
  public AutoCloseable subscribe(
      final String subject, final String queueGroup, final Consumer<Received> consumer) {
    return listen(subject, queueGroup, consumer);
  }

  @Override
  public AutoCloseable consume(final Consumption consumption, final Delivery.Handler handler) {
    return DurableWork.start(this, consumption, handler);
  }

  @Override
  public KeyValue kv(final Bucket bucket) {
    ensure(bucket.stream(), () -> WireKeyValue.stream(bucket));
    return new WireKeyValue(this, bucket);
  }

  @Override
  public void ensureStream(final StreamOutline outline) {
    ensure(
        outline.name(),
        () -> {
          final JsonText json =
              new JsonText()
                  .object()
                  .member("name", outline.name())
                  .strings("subjects", outline.subjects())
                  .member("retention", "limits")
                  .member("discard", "old")
                  .member("max_age", outline.age().toNanos())
                  .member("max_bytes", outline.bytesMax())
                  .member("allow_direct", true);
          return synced(json, outline.isSynced()).end().bytes();
        });
  }

  /** A server that does not know the word keeps its own policy. */
  static JsonText synced(final JsonText json, final boolean isSynced) {
    return json.stringMap("metadata", Map.of("mothership.sync", isSynced ? "always" : "interval"));
  }

  private void ensure(final String stream, final Supplier<byte[]> config) {
    try {
      api("STREAM.INFO." + stream, NOTHING);
    } catch (final FabricException e) {
      if (e.refusal() != Refusal.NO_STREAM) {
        throw e;
      }
      createStream(stream, config.get());
    }
  }

  private void createStream(final String stream, final byte[] config) {
    try {
      api("STREAM.CREATE." + stream, config);
    } catch (final FabricException e) {
      // Somebody else made it in between.
      if (e.refusal() != Refusal.CONFLICT) {
        throw e;
      }
    }
  }

  /** Asks the JetStream API and waits for the answer. */
  final JsonObject api(final String operation, final byte[] body) {
    final Received received = await(Publication.of(API + operation, body));
    if (isNoResponders(received)) {
      throw new FabricException(Refusal.NO_STREAM, "JetStream does not answer: " + operation);
    }
    return answer(received.payload(), Refusal.REFUSED);
  }

  /** Asks and waits for the answer, whatever it is. */
  final Received await(final Publication publication) {
    return await(ask(publication, ACK_PATIENCE));
  }

  /** Waits for an answer; what went wrong comes as it is. */
  static <T> T await(final CompletableFuture<T> answer) {
    try {
      return answer.join();
    } catch (final CompletionException e) {
      if (e.getCause() instanceof final RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  /** A subject of answers that nobody else has, with {@code *} at its end. */
  final String newInbox() {
    return inbox + "P" + ids.incrementAndGet() + ".*";
  }

  static String apiSubject(final String operation) {
    return API + operation;
  }

  private CompletableFuture<Received> ask(final Publication publication, final Duration patience) {
    if (pending.size() >= PENDING_MAX) {
      return CompletableFuture.failedFuture(
          busy("too many requests wait for an answer: max=" + PENDING_MAX));
    }
    final String id = Long.toString(ids.incrementAndGet());
    final CompletableFuture<Received> future = new CompletableFuture<>();
    pending.put(id, future);
    try {
      offer(
          publication.subject(),
          inbox + "R." + id,
          publication.allHeaders().block(),
          publication.payload(),
          publication.outboxId());
    } catch (final RuntimeException e) {
      future.completeExceptionally(e);
    }
    return future
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((received, error) -> pending.remove(id))
        .exceptionallyCompose(error -> CompletableFuture.failedFuture(told(error, publication)));
  }

  private static Throwable told(final Throwable error, final Publication publication) {
    final Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof TimeoutException
        ? new FabricException(
            Refusal.TIMEOUT, "no answer in time: subject=" + publication.subject())
        : cause;
  }

  static boolean isNoResponders(final Received received) {
    return received.payload().length == 0 && received.headers().status() == 503;
  }

  private static PublishAck toAck(final Received received) {
    if (isNoResponders(received)) {
      throw new FabricException(Refusal.NO_STREAM, "no stream keeps this subject");
    }
    final JsonObject ack = answer(received.payload(), Refusal.PUBLISH_REFUSED);
    return new PublishAck(
        ack.string("stream", ""), ack.number("seq", 0), ack.bool("duplicate", false));
  }

  /** A JetStream answer, or the refusal that it is. */
  private static JsonObject answer(final byte[] text, final Refusal otherwise) {
    try {
      final JsonObject answer = JsonReader.parse(text);
      final JsonObject error = answer.object("error");
      if (!error.isEmpty()) {
        throw FabricException.of(
            (int) error.number("err_code", 0), error.string("description", "refused"), otherwise);
      }
      return answer;
    } catch (final JsonException e) {
      throw new FabricException(otherwise, "unreadable answer: " + e.getMessage());
    }
  }
}
