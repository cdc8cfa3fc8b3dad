package io.mothership.api.records;

import io.mothership.clock.Clock;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.OutboxRelay;
import io.mothership.storage.sql.OutboxRepository;
import java.sql.SQLException;

/**
 * The one way to change records: rows and events in one transaction, answered when it is on disk.
 *
 * <p><i>Thread:</i> any; blocks until the commit. <i>Back-pressure:</i> refused while streams would
 * not take the events, or too many writes wait.
 */
public final class Changes {
  /** The id of the request on whose behalf something is changed, bound by the door. */
  public static final ScopedValue<String> CORRELATION_ID = ScopedValue.newInstance();

  private final Database database;
  private final OutboxRepository outbox;
  private final OutboxRelay relay;
  private final Clock clock;

  public Changes(
      final Database database,
      final OutboxRepository outbox,
      final OutboxRelay relay,
      final Clock clock) {
    this.database = database;
    this.outbox = outbox;
    this.relay = relay;
    this.clock = clock;
  }

  /**
   * Runs {@code work} in a transaction and returns its result once it and the events it told are on
   * disk; if it throws, nothing of it stays. It may be run again if the database was lost before
   * the commit.
   *
   * @param actor who is behind it, for the events; that they may is for the service to see
   * @throws io.mothership.error.MothershipException {@code STORAGE_FULL}, {@code JOURNAL_FAILED},
   *     and see {@link io.mothership.storage.sql.SqlErrors}
   */
  public <T> T commit(final Principal actor, final Work<T> work) {
    relay.requireIntake();
    final String correlationId = CORRELATION_ID.orElse("");
    final T result =
        database.write(
            transaction ->
                work.run(new Change(transaction, outbox, clock, actor.id(), correlationId)));
    relay.wake();
    return result;
  }

  /** What is done in a transaction, on ms-sql. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Change change) throws SQLException;
  }
}
