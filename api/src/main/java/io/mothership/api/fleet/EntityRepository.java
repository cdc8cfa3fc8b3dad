package io.mothership.api.fleet;

import io.mothership.storage.sql.Placed;
import io.mothership.storage.sql.Row;
import io.mothership.storage.sql.Snapshot;
import io.mothership.storage.sql.Sql;
import io.mothership.storage.sql.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/** Entities in SQL. Stateless; any thread. */
final class EntityRepository {
  private static final String SELECT =
      "SELECT position, entity_id, org_id, entity_type, name, status, priority, is_live, latitude,"
          + " longitude, altitude, heading, velocity, components, tags, metadata, created_at,"
          + " updated_at FROM entities ";

  private static final String LISTED =
      " WHERE org_id = :org AND (:status = '' OR status = :status)"
          + " AND (:type = '' OR entity_type = :type) AND position > :after ORDER BY position ";

  private static final String INSERT =
      "INSERT INTO entities (entity_id, org_id, entity_type, name, status, priority, is_live,"
          + " latitude, longitude, altitude, heading, velocity, components, tags, metadata,"
          + " created_at, updated_at) VALUES (:id, :org, :type, :name, :status, :priority, :live,"
          + " :latitude, :longitude, :altitude, :heading, :velocity, :components, :tags, :metadata,"
          + " :created, :updated)";

  private static final String UPDATE =
      "UPDATE entities SET entity_type = :type, name = :name, status = :status,"
          + " priority = :priority, is_live = :live, latitude = :latitude, longitude = :longitude,"
          + " altitude = :altitude, heading = :heading, velocity = :velocity,"
          + " components = :components, tags = :tags, metadata = :metadata, updated_at = :updated"
          + " WHERE entity_id = :id AND org_id = :org";

  void insert(final Transaction transaction, final Entity entity) throws SQLException {
    bound(transaction, INSERT, entity).bind("created", entity.createdAt()).update();
  }

  /** Writes all that can change of an entity. */
  void update(final Transaction transaction, final Entity entity) throws SQLException {
    bound(transaction, UPDATE, entity).update();
  }

  private static Sql.Query bound(
      final Transaction transaction, final String text, final Entity entity) {
    return transaction
        .of(entity.orgId())
        .query(text)
        .bind("id", entity.entityId())
        .bind("type", entity.entityType())
        .bind("name", entity.name())
        .bind("status", entity.status())
        .bind("priority", entity.priority())
        .bind("live", entity.isLive())
        .bind("latitude", entity.latitude())
        .bind("longitude", entity.longitude())
        .bind("altitude", entity.altitude())
        .bind("heading", entity.heading())
        .bind("velocity", entity.velocity())
        .bind("components", entity.components())
        .bind("tags", entity.tags())
        .bind("metadata", entity.metadata())
        .bind("updated", entity.updatedAt());
  }

  void delete(final Transaction transaction, final Entity entity) throws SQLException {
    transaction
        .of(entity.orgId())
        .update("DELETE FROM entities WHERE entity_id = :id AND org_id = :org", entity.entityId());
  }

  Optional<Entity> find(final Snapshot snapshot, final String orgId, final String entityId)
      throws SQLException {
    return snapshot
        .of(orgId)
        .query(SELECT + "WHERE org_id = :org AND entity_id = :id", entityId)
        .one(EntityRepository::entity);
  }

  /**
   * Those of an organization behind a place, in the order in which they were made.
   *
   * @param status only those with it, empty for all
   * @param type only those of it, empty for all
   */
  List<Placed<Entity>> page(
      final Snapshot snapshot,
      final String orgId,
      final String status,
      final String type,
      final long after,
      final int count)
      throws SQLException {
    return snapshot
        .of(orgId)
        .query(SELECT + LISTED + "LIMIT :limit", status, type)
        .page(after, count, EntityRepository::entity);
  }

  /** Place of the one that is {@code count} behind a place, if another follows it. */
  OptionalLong end(
      final Snapshot snapshot,
      final String orgId,
      final String status,
      final String type,
      final long after,
      final int count)
      throws SQLException {
    final List<Long> ends =
        snapshot
            .of(orgId)
            .query(
                "SELECT position FROM entities" + LISTED + "LIMIT 2 OFFSET :skipped",
                status,
                type,
                after,
                count - 1)
            .list(row -> row.integer("position"));
    return ends.size() == 2 ? OptionalLong.of(ends.getFirst()) : OptionalLong.empty();
  }

  /** Hands out the entity and organization id of every entity. */
  void eachId(final Snapshot snapshot, final BiConsumer<String, String> consumer)
      throws SQLException {
    snapshot
        .everywhere()
        .query("SELECT entity_id, org_id FROM entities")
        .each(
            row -> {
              consumer.accept(row.text("entity_id"), row.text("org_id"));
              return row;
            },
            row -> {});
  }

  private static Entity entity(final Row row) throws SQLException {
    return new Entity(
        row.text("entity_id"),
        row.text("org_id"),
        row.text("entity_type"),
        row.text("name"),
        row.text("status"),
        row.text("priority"),
        row.flag("is_live"),
        row.real("latitude"),
        row.real("longitude"),
        row.real("altitude"),
        row.real("heading"),
        row.real("velocity"),
        row.text("components"),
        row.text("tags"),
        row.text("metadata"),
        row.time("created_at"),
        row.time("updated_at"));
  }
}
