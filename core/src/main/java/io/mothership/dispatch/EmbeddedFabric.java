package io.mothership.dispatch;

import io.mothership.bus.Pressure;
import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.fabric.FabricException;
import io.mothership.fabric.FabricException.Refusal;
import io.mothership.fabric.Headers;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.fabric.WireFabric;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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
final class EmbeddedFabric extends WireFabric {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedFabric.class);
  private static final int ACCOUNT = 0;
  private static final int QUEUE_LENGTH = 4096;
  private static final long PATIENCE_MS = 5_000;
  private static final long RETRY_NS = 200_000L;
  private static final String REPLIES = "replies";

  private final Spine spine;
  private final long connectionId;
  private final AtomicLong ids = new AtomicLong();
  private final Map<String, Listening> listening = new ConcurrentHashMap<>();
  private volatile boolean isClosed;

  EmbeddedFabric(final Spine spine, final long connectionId) {
    super(inbox(connectionId));
    this.spine = spine;
    this.connectionId = connectionId;
    insist(
        () ->
            spine
                .ingress()
                .tryOpen(
                    new SessionOpening(
                        connectionId, ACCOUNT, Origin.INTERNAL, new Inbox(), true, true, true)));
    subscribeAs(REPLIES, replies(), "");
  }

  /** Nobody else can guess where answers go, so nobody else gives them. */
  private static String inbox(final long connectionId) {
    return "_INBOX.fabric%d.%x.".formatted(connectionId, new SecureRandom().nextLong());
  }

  @Override
  protected AutoCloseable listen(
      final String subject, final String queueGroup, final Consumer<Received> consumer) {
    final String sid = Long.toString(ids.incrementAndGet());
    final Listening listener = new Listening(sid, consumer);
    listening.put(sid, listener);
    subscribeAs(sid, subject, queueGroup);
    return () -> {
      listening.remove(sid);
      listener.close();
      if (!isClosed) {
        insist(() -> spine.ingress().tryUnsubscribe(connectionId, Slice.of(sid), 0));
      }
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
  public Tap tap(final TapFilter filter, final TapStart start) {
    return spine.tap(filter, start);
  }

  @Override
  public Backlog backlog(final TapFilter filter, final long afterSequence) {
    return spine.backlog(filter, afterSequence);
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    spine.ingress().tryClose(connectionId);
    listening.values().forEach(Listening::close);
    abandonRequests();
  }

  @Override
  protected void offer(
      final String subject,
      final String reply,
      final byte[] headers,
      final byte[] payload,
      final long outboxId) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(subject));
    message.reply().wrap(Slice.of(reply));
    message.headers().wrap(Slice.of(headers));
    message.payload().wrap(Slice.of(payload));
    insist(
        () ->
            spine.ingress().tryPublish(connectionId, Origin.INTERNAL, ACCOUNT, outboxId, message));
  }

  private void subscribeAs(final String sid, final String subject, final String queueGroup) {
    insist(
        () ->
            spine
                .ingress()
                .trySubscribe(
                    connectionId, Slice.of(sid), Slice.of(subject), Slice.of(queueGroup)));
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
        throw new FabricException(Refusal.TOO_LARGE, "the message is too large");
      }
      if (System.nanoTime() > deadline) {
        throw busy("the broker takes no more messages for now");
      }
      LockSupport.parkNanos(RETRY_NS);
    }
  }

  @FunctionalInterface
  private interface Attempt {
    int run();
  }

  /** ms-dispatch hands over; copies, as services are not the hot path. */
  private final class Inbox extends QuietOutbox {
    @Override
    public int offerMessage(final byte[] sid, final MessageView message) {
      final Copied copied =
          new Copied(
              message.subject().toByteArray(),
              message.reply().toByteArray(),
              message.headers().toByteArray(),
              message.payload().toByteArray());
      final String name = new String(sid, StandardCharsets.US_ASCII);
      if (name.equals(REPLIES)) {
        onReply(message.subject().toString(), copied::received);
      } else {
        final Listening listener = listening.get(name);
        if (listener != null) {
          listener.offer(copied);
        }
      }
      return copied.payload.length;
    }

    @Override
    public void close(final CloseReason reason) {
      isClosed = true;
    }
  }

  /** A message as it left ms-dispatch; who takes it reads its text. */
  private record Copied(byte[] subject, byte[] reply, byte[] headers, byte[] payload) {
    Received received() {
      return new Received(
          new String(subject, StandardCharsets.UTF_8),
          new String(reply, StandardCharsets.UTF_8),
          Headers.parse(headers),
          payload);
    }
  }

  /** One subscription and the virtual thread that serves it. */
  private static final class Listening {
    private final BlockingQueue<Copied> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH);
    private final Consumer<Received> consumer;
    private final Thread thread;
    private final AtomicLong lost = new AtomicLong();

    Listening(final String sid, final Consumer<Received> consumer) {
      this.consumer = consumer;
      this.thread = Thread.ofVirtual().name("ms-fabric-" + sid).start(this::serve);
    }

    void offer(final Copied copied) {
      if (!queue.offer(copied) && lost.getAndIncrement() == 0) {
        LOG.warn(
            "a service reads too slowly and loses messages: subject={}",
            copied.received().subject());
      }
    }

    void close() {
      thread.interrupt();
    }

    private void serve() {
      try {
        while (true) {
          final Received received = queue.take().received();
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
