package io.mothership.api.commands;

import io.mothership.api.records.Change;
import io.mothership.api.records.Changes;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Migrations;
import io.mothership.storage.sql.Row;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Remembers ids among the records, for {@value #KEPT_DAYS} days. */
public final class RecordedCommandIds implements CommandIds {
  public static final Migrations MIGRATIONS =
      Migrations.of("commands", RecordedCommandIds.class, "V0001__command_ids.sql");

  private static final int KEPT_DAYS = 7;
  private static final Principal SELF = Principal.system("commands");

  private final Changes changes;
  private final Clock clock;

  public RecordedCommandIds(final Changes changes, final Clock clock) {
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
          change
              .of(orgId)
              .update(
                  "DELETE FROM command_ids WHERE org_id = :org AND taken_at < :oldest",
                  now.minus(Duration.ofDays(KEPT_DAYS)));
          final Optional<Taken> taken = find(change, orgId, commandId);
          if (taken.isEmpty()) {
            change
                .of(orgId)
                .update(
                    "INSERT INTO command_ids (org_id, command_id, target, fingerprint, taken_at)"
                        + " VALUES (:org, :command, :target, :fingerprint, :now)",
                    commandId,
                    target,
                    fingerprint,
                    now);
          }
          return taken;
        });
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
                    "UPDATE command_ids SET stream = :stream, stream_seq = :sequence"
                        + " WHERE org_id = :org AND command_id = :command",
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
                    "DELETE FROM command_ids"
                        + " WHERE org_id = :org AND command_id = :command AND stream = ''",
                    commandId));
  }

  private static Optional<Taken> find(
      final Change change, final String orgId, final String commandId) throws SQLException {
    return change
        .of(orgId)
        .query(
            "SELECT target, fingerprint, stream, stream_seq FROM command_ids"
                + " WHERE org_id = :org AND command_id = :command",
            commandId)
        .one(RecordedCommandIds::taken);
  }

  private static Taken taken(final Row row) throws SQLException {
    return new Taken(
        row.text("target"), row.text("fingerprint"), row.text("stream"), row.integer("stream_seq"));
  }
}
