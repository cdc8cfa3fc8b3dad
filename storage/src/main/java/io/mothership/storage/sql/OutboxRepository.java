package io.mothership.storage.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The events of changes, kept from the change's own transaction until the journal has them. */
public final class OutboxRepository {

  /** Adds an event to the change in {@code transaction}. */
  public void insert(
      final Transaction transaction,
      final String subject,
      final String messageId,
      final byte[] payload,
      final Instant createdAt)
      throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement(
                "INSERT INTO outbox (subject, message_id, payload, created_at) VALUES (?, ?, ?,"
                    + " ?)")) {
      statement.setString(1, subject);
      statement.setString(2, messageId);
      statement.setBytes(3, payload);
      transaction.dialect().bind(statement, 4, createdAt);
      statement.executeUpdate();
    }
  }

  /**
   * The oldest events above {@code id} that were not refused, in order. In a transaction: only who
   * may write may publish.
   */
  public List<OutboxRecord> listAbove(final Transaction transaction, final long id, final int limit)
      throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement(
                "SELECT id, subject, message_id, payload FROM outbox"
                    + " WHERE id > ? AND refusal = '' ORDER BY id LIMIT ?")) {
      statement.setLong(1, id);
      statement.setInt(2, limit);
      try (ResultSet rows = statement.executeQuery()) {
        final List<OutboxRecord> found = new ArrayList<>();
        while (rows.next()) {
          found.add(
              new OutboxRecord(
                  rows.getLong(1), rows.getString(2), rows.getString(3), rows.getBytes(4)));
        }
        return found;
      }
    }
  }

  /** Forgets the events up to {@code id}, which the journal has. */
  public int deleteUpTo(final Transaction transaction, final long id) throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement("DELETE FROM outbox WHERE id <= ? AND refusal = ''")) {
      statement.setLong(1, id);
      return statement.executeUpdate();
    }
  }

  /** Keeps an event that can never be published, with the reason, out of the others' way. */
  public void refuse(final Transaction transaction, final long id, final String reason)
      throws SQLException {
    try (PreparedStatement statement =
        transaction.connection().prepareStatement("UPDATE outbox SET refusal = ? WHERE id = ?")) {
      statement.setString(1, reason);
      statement.setLong(2, id);
      statement.executeUpdate();
    }
  }

  /** How many events wait or were refused. */
  public int count(final Snapshot snapshot) throws SQLException {
    try (PreparedStatement statement =
            snapshot.connection().prepareStatement("SELECT count(*) FROM outbox");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getInt(1);
    }
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
