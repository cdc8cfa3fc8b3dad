package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Publication;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the outbox into the journal: one event at a time, in order, each acknowledged before the
 * next.
 *
 * <p>Each event is in the journal exactly once: the journal's own highest outbox id says where to
 * go on after a crash, whatever happened to the rows. Events that the stream can never take are
 * kept aside in their table and counted; all others wait until it takes them.
 *
 * <p><i>Thread:</i> a virtual thread of its own; {@link #wake} from any.
 */
public final class OutboxRelay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
  private static final int BATCH_MAX = 64;
  private static final long LOOK_MS = 1_000;
  private static final long RETRY_MIN_MS = 50;
  private static final long RETRY_MAX_MS = 5_000;

  private final Database database;
  private final OutboxRepository outbox;
  private final Fabric fabric;
  private final Semaphore wakes = new Semaphore(0);
  private final AtomicLong publishedCount = new AtomicLong();
  private final AtomicLong refusedCount = new AtomicLong();
  private final Thread thread;
  private volatile long publishedId;
  private volatile boolean isPrepared;
  private boolean isStuck;

  private OutboxRelay(
      final Database database,
      final OutboxRepository outbox,
      final Fabric fabric,
      final long publishedOutboxId) {
    this.database = database;
    this.outbox = outbox;
    this.fabric = fabric;
    this.publishedId = publishedOutboxId;
    this.thread = Thread.ofVirtual().name("ms-outbox").unstarted(this::run);
  }

  /**
   * Forgets what the journal has, and starts publishing what it lacks.
   *
   * @param publishedOutboxId the highest outbox id found in the journal, 0 if there is none
   */
  public static OutboxRelay start(
      final Database database,
      final OutboxRepository outbox,
      final Fabric fabric,
      final long publishedOutboxId) {
    final OutboxRelay relay = new OutboxRelay(database, outbox, fabric, publishedOutboxId);
    // What came back may be an older copy of what was lost.
    database.onReturn(relay::forgetPublished);
    try {
      relay.prepare();
    } catch (final MothershipException e) {
      if (!SqlErrors.SQL_DISK_FULL.is(e)) {
        throw e;
      }
      LOG.error("the disk is full: records can be read, not changed, until there is space");
    }
    relay.thread.start();
    return relay;
  }

  /** Before it no change may be made: its event would get an id that the journal has already. */
  private void prepare() {
    database.write(this::forgetPublished);
    isPrepared = true;
  }

  private int forgetPublished(final Transaction transaction) throws SQLException {
    outbox.continueAbove(transaction, publishedId);
    return outbox.deleteUpTo(transaction, publishedId);
  }

  /**
   * To be called before a change: while the streams would not take its event, it is refused.
   *
   * @throws MothershipException {@code STORAGE_FULL}, {@code JOURNAL_FAILED}
   */
  public void requireIntake() {
    fabric.requireIntake();
    if (!isPrepared) {
      throw new MothershipException(
          Category.CAPACITY,
          "STORAGE_FULL",
          "the disk is full: no record is changed until there is space");
    }
  }

  /** There may be something new: to be called after a commit. */
  public void wake() {
    wakes.release();
  }

  /** Outbox id of the last event that the journal has. */
  public long publishedId() {
    return publishedId;
  }

  /** Events published since start. */
  public long publishedCount() {
    return publishedCount.get();
  }

  /** Events that can never be published, since start. */
  public long refusedCount() {
    return refusedCount.get();
  }

  private void run() {
    try {
      while (true) {
        if (!tryRelay()) {
          wakes.tryAcquire(LOOK_MS, TimeUnit.MILLISECONDS);
          wakes.drainPermits();
        }
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Publishes a batch; false if there was none or the registry could not be reached. */
  private boolean tryRelay() throws InterruptedException {
    try {
      if (!isPrepared) {
        prepare();
      }
      final List<OutboxRecord> batch =
          database.write(transaction -> outbox.listAbove(transaction, publishedId, BATCH_MAX));
      for (final OutboxRecord event : batch) {
        publish(event);
      }
      if (!batch.isEmpty()) {
        // Should this fail, the rows go with the next batch: the id says that they are published.
        database.write(transaction -> outbox.deleteUpTo(transaction, publishedId));
      }
      isStuck = false;
      return !batch.isEmpty();
    } catch (final RuntimeException | Error e) {
      // Whatever it was: without this thread no event would ever leave again.
      if (Thread.interrupted()
          || e instanceof MothershipException known && SqlErrors.SQL_CLOSED.is(known)) {
        throw new InterruptedException();
      }
      if (!isStuck) {
        LOG.error("the outbox cannot be relayed for now", e);
        isStuck = true;
      }
      return false;
    }
  }

  private void publish(final OutboxRecord event) throws InterruptedException {
    long delayMs = RETRY_MIN_MS;
    while (true) {
      try {
        fabric
            .publish(
                new Publication(event.subject(), event.messageId(), event.payload(), event.id()))
            .get();
        publishedId = event.id();
        publishedCount.incrementAndGet();
        return;
      } catch (final ExecutionException | MothershipException e) {
        final Throwable cause = cause(e);
        if (isHopeless(cause)) {
          refuse(event, cause);
          return;
        }
        if (delayMs == RETRY_MIN_MS) {
          LOG.warn("an event waits to be published: id={}, cause={}", event.id(), cause.toString());
        }
        Thread.sleep(delayMs);
        delayMs = Math.min(2 * delayMs, RETRY_MAX_MS);
      }
    }
  }

  private void refuse(final OutboxRecord event, final Throwable cause) {
    LOG.error(
        "an event can never be published: id={}, subject={}", event.id(), event.subject(), cause);
    refusedCount.incrementAndGet();
    database.write(
        transaction -> {
          outbox.refuse(transaction, event.id(), String.valueOf(cause.getMessage()));
          return event;
        });
  }

  /**
   * A stream may yet be created and a full one may be emptied, but a message does not get shorter.
   */
  private static boolean isHopeless(final Throwable cause) {
    return cause instanceof final MothershipException known
        && (known.category() == Category.INPUT && !known.code().equals("NO_STREAM")
            || String.valueOf(known.getMessage()).contains("message size exceeds"));
  }

  private static Throwable cause(final Exception e) {
    Throwable cause = e;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Stops after the event under way; what is left is published after the next start. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
