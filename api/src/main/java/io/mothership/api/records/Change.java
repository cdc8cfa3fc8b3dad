package io.mothership.api.records;

import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.json.JsonWriter;
import io.mothership.storage.sql.OutboxRepository;
import io.mothership.storage.sql.Sql;
import io.mothership.storage.sql.Transaction;
import java.sql.SQLException;
import java.util.UUID;

/**
 * A change being made: its transaction, and the events that leave with it.
 *
 * <p><i>Thread:</i> ms-sql, while the work runs.
 */
public final class Change {
  private final Transaction transaction;
  private final OutboxRepository outbox;
  private final Clock clock;
  private final String actor;
  private final String correlationId;

  Change(
      final Transaction transaction,
      final OutboxRepository outbox,
      final Clock clock,
      final String actor,
      final String correlationId) {
    this.transaction = transaction;
    this.outbox = outbox;
    this.clock = clock;
    this.actor = actor;
    this.correlationId = correlationId;
  }

  /** For repositories. */
  public Transaction transaction() {
    return transaction;
  }

  /** Statements that keep to one organization. */
  public Sql of(final String orgId) {
    return transaction.of(orgId);
  }

  /** Tells of the change on the stream of operations. */
  public void tell(final OperationEvent event) throws SQLException {
    final String eventId = UUID.randomUUID().toString();
    final JsonWriter writer = new JsonWriter(512);
    writer
        .beginObject()
        .text("event_id", eventId)
        .text("type", event.type())
        .text("org_id", event.orgId())
        .text("aggregate", event.aggregate())
        .text("aggregate_id", event.aggregateId())
        .number("version", event.version())
        .text("actor", actor);
    if (!correlationId.isEmpty()) {
      writer.text("correlation_id", correlationId);
    }
    writer.name("data");
    event.data().accept(writer);
    writer.text("timestamp", Rfc3339.text(Rfc3339.ofNs(clock.wallNs()))).endObject();
    tell(event.subject(), eventId, writer.toBytes());
  }

  /**
   * Tells of the change in a form of the domain's own.
   *
   * @param messageId no two events have the same
   */
  public void tell(final String subject, final String messageId, final byte[] payload)
      throws SQLException {
    outbox.insert(transaction, subject, messageId, payload, Rfc3339.ofNs(clock.wallNs()));
  }
}
