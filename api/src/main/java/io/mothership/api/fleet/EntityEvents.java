package io.mothership.api.fleet;

import io.mothership.api.records.Change;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.fleet.FleetSubjects;
import io.mothership.json.JsonWriter;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Writes the lifecycle events of entities into the outbox, inside the change's transaction.
 *
 * <p>An update gives {@code .updated}; if it changed the status, {@code .status} follows with type
 * {@code status_changed}. Each subject has exactly one type of event.
 *
 * <p><i>Thread:</i> ms-sql only.
 */
final class EntityEvents {
  private static final String SOURCE = "entity-service";

  private final Clock clock;

  /** The message id has the time in it, so no two events may have the same. */
  private long lastNs;

  EntityEvents(final Clock clock) {
    this.clock = clock;
  }

  void created(final Change change, final Entity entity) throws SQLException {
    add(change, entity, "created", "created", true);
  }

  void updated(final Change change, final Entity before, final Entity after) throws SQLException {
    add(change, after, "updated", "updated", true);
    if (!before.status().equals(after.status())) {
      add(change, after, "status", "status_changed", false);
    }
  }

  void deleted(final Change change, final Entity entity) throws SQLException {
    add(change, entity, "deleted", "deleted", false);
  }

  private void add(
      final Change change,
      final Entity entity,
      final String suffix,
      final String type,
      final boolean hasEntity)
      throws SQLException {
    lastNs = Math.max(lastNs + 1, clock.wallNs());
    final String subject = FleetSubjects.entityChange(entity.orgId(), suffix);
    final JsonWriter writer = new JsonWriter(1024);
    writer
        .beginObject()
        .text("id", UUID.randomUUID().toString())
        .text("type", type)
        .text("subject", subject)
        .name("data")
        .beginObject();
    if (hasEntity) {
      writer.name("entity");
      FleetJson.write(writer, entity);
    }
    writer
        .text("entity_id", entity.entityId())
        .text("entity_type", entity.entityType())
        .text("org_id", entity.orgId())
        .text("priority", entity.priority())
        .text("status", entity.status())
        .endObject()
        .text("timestamp", Rfc3339.text(Rfc3339.ofNs(lastNs)))
        .text("source", SOURCE)
        .endObject();
    change.tell(subject, entity.entityId() + "-" + type + "-" + lastNs, writer.toBytes());
  }
}
