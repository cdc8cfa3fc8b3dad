package io.mothership.storage.sql;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** The events of changes, kept from the change's own transaction until the journal has them. */
public final class OutboxRepository {
  static final Migrations MIGRATIONS =
      Migrations.of("outbox", OutboxRepository.class, "V0001__outbox.sql").early(1);

  /** Adds an event to the change in {@code transaction}. */
  public void insert(
      final Transaction transaction,
      final String subject,
      final String messageId,
      final byte[] payload,
      final Instant createdAt)
      throws SQLException {
    transaction
        .everywhere()
        .update(
            "INSERT INTO outbox (subject, message_id, payload, created_at)"
                + " VALUES (:subject, :message, :payload, :created)",
            subject,
            messageId,
            payload,
            createdAt);
  }

  /**
   * The oldest events above {@code id} that were not refused, in order. In a transaction: only who
   * may write may publish.
   */
  public List<OutboxRecord> listAbove(final Transaction transaction, final long id, final int limit)
      throws SQLException {
    return transaction
        .everywhere()
        .query(
            "SELECT id, subject, message_id, payload FROM outbox"
                + " WHERE id > :id AND refusal = '' ORDER BY id LIMIT :limit",
            id,
            limit)
        .list(
            row ->
                new OutboxRecord(
                    row.integer("id"),
                    row.text("subject"),
                    row.text("message_id"),
                    row.bytes("payload")));
  }

  /** Forgets the events up to {@code id}, which the journal has. */
  public int deleteUpTo(final Transaction transaction, final long id) throws SQLException {
    return transaction
        .everywhere()
        .update("DELETE FROM outbox WHERE id <= :id AND refusal = ''", id);
  }

  /** Keeps an event that can never be published, with the reason, out of the others' way. */
  public void refuse(final Transaction transaction, final long id, final String reason)
      throws SQLException {
    transaction
        .everywhere()
        .update("UPDATE outbox SET refusal = :reason WHERE id = :id", reason, id);
  }

  /** How many events wait or were refused. */
  public int count(final Snapshot snapshot) throws SQLException {
    return snapshot
        .everywhere()
        .query("SELECT count(*) AS events FROM outbox")
        .one(row -> (int) row.integer("events"))
        .orElseThrow();
  }

  /**
   * Makes ids continue above {@code id}: a registry restored from an older copy, or made anew
   * beside a kept journal, must not number events below what the journal already has, or they would
   * count as published.
   */
  public void continueAbove(final Transaction transaction, final long id) throws SQLException {
    transaction.dialect().continueOutboxAbove(transaction.connection(), id);
  }
}
