package io.mothership.api.commands;

import io.mothership.api.records.Changes;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Row;
import io.mothership.storage.sql.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The ids of commands in SQL, for {@link #KEPT} and over restarts. Any thread; blocks. */
final class KeptCommandIds implements CommandIds {
  /** As long as the commands' stream keeps what nobody takes. */
  private static final Duration KEPT = Duration.ofDays(7);

  /** Of what is too old, so much goes with each command; it comes one at a time. */
  private static final int FORGOTTEN_MAX = 4;

  private static final Principal SELF = Principal.system("commands");

  private final Changes changes;
  private final Clock clock;

  KeptCommandIds(final Changes changes, final Clock clock) {
    this.changes = changes;
    this.clock = clock;
  }

  @Override
  public Optional<Taken> take(
      final String orgId, final String commandId, final String target, final String fingerprint) {
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    return changes.commit(
        SELF,
        change -> {
          forgetOld(change.transaction(), now);
          final int taken =
              change
                  .of(orgId)
                  .update(
                      "INSERT INTO command_ids (org_id, command_id, target, fingerprint, made_at)"
                          + " VALUES (:org, :id, :target, :fingerprint, :now)"
                          + " ON CONFLICT (org_id, command_id) DO NOTHING",
                      commandId,
                      target,
                      fingerprint,
                      now);
          return taken == 1 ? Optional.empty() : find(change.transaction(), orgId, commandId);
        });
  }

  private static void forgetOld(final Transaction transaction, final Instant now)
      throws SQLException {
    transaction
        .everywhere()
        .update(
            "DELETE FROM command_ids WHERE position IN (SELECT position FROM command_ids"
                + " WHERE made_at < :oldest ORDER BY made_at LIMIT :limit)",
            now.minus(KEPT),
            FORGOTTEN_MAX);
  }

  private static Optional<Taken> find(
      final Transaction transaction, final String orgId, final String commandId)
      throws SQLException {
    return transaction
        .of(orgId)
        .query(
            "SELECT target, fingerprint, stream, stream_sequence FROM command_ids"
                + " WHERE org_id = :org AND command_id = :id",
            commandId)
        .one(KeptCommandIds::taken);
  }

  private static Taken taken(final Row row) throws SQLException {
    return new Taken(
        row.text("target"),
        row.text("fingerprint"),
        row.text("stream"),
        row.integer("stream_sequence"));
  }

  @Override
  public void queued(
      final String orgId, final String commandId, final String stream, final long sequence) {
    changes.commit(
        SELF,
        change ->
            change
                .of(orgId)
                .update(
                    "UPDATE command_ids SET stream = :stream, stream_sequence = :sequence"
                        + " WHERE org_id = :org AND command_id = :id",
                    stream,
                    sequence,
                    commandId));
  }

  @Override
  public void release(final String orgId, final String commandId) {
    changes.commit(
        SELF,
        change ->
            change
                .of(orgId)
                .update(
                    "DELETE FROM command_ids WHERE org_id = :org AND command_id = :id", commandId));
  }
}
