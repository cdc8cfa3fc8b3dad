package io.mothership.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/** Entities in SQL. Stateless; any thread. */
public final class EntityRepository {
  private static final String SELECT =
      "SELECT entity_id, org_id, entity_type, status, priority, is_live, latitude, longitude,"
          + " altitude, heading, velocity, components, tags, metadata, created_at, updated_at,"
          + " position FROM entities ";
  private static final int PLACE = 17;

  public void insert(final Transaction transaction, final Entity entity) throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement(
                "INSERT INTO entities (entity_type, status, priority, is_live, latitude, longitude,"
                    + " altitude, heading, velocity, components, tags, metadata, updated_at,"
                    + " created_at, entity_id, org_id)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      bindChangeable(transaction.dialect(), statement, entity);
      transaction.dialect().bind(statement, 14, entity.createdAt());
      statement.setString(15, entity.entityId());
      statement.setString(16, entity.orgId());
      statement.executeUpdate();
    }
  }

  /** Writes all that can change of an entity. */
  public void update(final Transaction transaction, final Entity entity) throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement(
                "UPDATE entities SET entity_type = ?, status = ?, priority = ?, is_live = ?,"
                    + " latitude = ?, longitude = ?, altitude = ?, heading = ?, velocity = ?,"
                    + " components = ?, tags = ?, metadata = ?, updated_at = ?"
                    + " WHERE entity_id = ? AND org_id = ?")) {
      bindChangeable(transaction.dialect(), statement, entity);
      statement.setString(14, entity.entityId());
      statement.setString(15, entity.orgId());
      statement.executeUpdate();
    }
  }

  public void delete(final Transaction transaction, final Entity entity) throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement("DELETE FROM entities WHERE entity_id = ? AND org_id = ?")) {
      statement.setString(1, entity.entityId());
      statement.setString(2, entity.orgId());
      statement.executeUpdate();
    }
  }

  public Optional<Entity> find(
      final Transaction transaction, final String orgId, final String entityId)
      throws SQLException {
    return find(transaction.dialect(), transaction.connection(), orgId, entityId);
  }

  public Optional<Entity> find(final Snapshot snapshot, final String orgId, final String entityId)
      throws SQLException {
    return find(snapshot.dialect(), snapshot.connection(), orgId, entityId);
  }

  /**
   * A part of an organization's entities, in the order in which they were made.
   *
   * @param status empty for any
   * @param after place of the one before the first, 0 to begin at the start
   */
  public List<Placed<Entity>> page(
      final Snapshot snapshot,
      final String orgId,
      final String status,
      final long after,
      final int count)
      throws SQLException {
    try (PreparedStatement statement =
        selected(snapshot, SELECT, orgId, status, after, " ORDER BY position LIMIT ?")) {
      statement.setInt(status.isEmpty() ? 3 : 4, count);
      try (ResultSet rows = statement.executeQuery()) {
        final List<Placed<Entity>> found = new ArrayList<>();
        while (rows.next()) {
          found.add(new Placed<>(rows.getLong(PLACE), entity(snapshot.dialect(), rows)));
        }
        return found;
      }
    }
  }

  /** All of an organization, in the order in which they were made. */
  public List<Entity> list(final Snapshot snapshot, final String orgId) throws SQLException {
    return page(snapshot, orgId, "", 0, Integer.MAX_VALUE).stream().map(Placed::row).toList();
  }

  /** Place of the {@code count}-th entity behind one, if another follows it. */
  public OptionalLong end(
      final Snapshot snapshot,
      final String orgId,
      final String status,
      final long after,
      final int count)
      throws SQLException {
    try (PreparedStatement statement =
        selected(
            snapshot,
            "SELECT position FROM entities ",
            orgId,
            status,
            after,
            " ORDER BY position LIMIT 2 OFFSET ?")) {
      statement.setInt(status.isEmpty() ? 3 : 4, count - 1);
      try (ResultSet rows = statement.executeQuery()) {
        final OptionalLong end =
            rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
        return rows.next() ? end : OptionalLong.empty();
      }
    }
  }

  private static PreparedStatement selected(
      final Snapshot snapshot,
      final String select,
      final String orgId,
      final String status,
      final long after,
      final String order)
      throws SQLException {
    final String where = "WHERE org_id = ? AND position > ?";
    final PreparedStatement statement =
        snapshot
            .connection()
            .prepareStatement(select + where + (status.isEmpty() ? "" : " AND status = ?") + order);
    statement.setString(1, orgId);
    statement.setLong(2, after);
    if (!status.isEmpty()) {
      statement.setString(3, status);
    }
    return statement;
  }

  /** Hands out the entity and organization id of every entity. */
  public void eachId(final Snapshot snapshot, final BiConsumer<String, String> consumer)
      throws SQLException {
    eachId(snapshot.connection(), consumer);
  }

  /** The same, with nobody writing meanwhile. */
  public void eachId(final Transaction transaction, final BiConsumer<String, String> consumer)
      throws SQLException {
    eachId(transaction.connection(), consumer);
  }

  private static void eachId(final Connection connection, final BiConsumer<String, String> consumer)
      throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT entity_id, org_id FROM entities");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        consumer.accept(rows.getString(1), rows.getString(2));
      }
    }
  }

  private static Optional<Entity> find(
      final Dialect dialect, final Connection connection, final String orgId, final String entityId)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(SELECT + "WHERE org_id = ? AND entity_id = ?")) {
      statement.setString(1, orgId);
      statement.setString(2, entityId);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(entity(dialect, rows)) : Optional.empty();
      }
    }
  }

  private static void bindChangeable(
      final Dialect dialect, final PreparedStatement statement, final Entity entity)
      throws SQLException {
    statement.setString(1, entity.entityType());
    statement.setString(2, entity.status());
    statement.setString(3, entity.priority());
    statement.setBoolean(4, entity.isLive());
    bind(statement, 5, entity.latitude());
    bind(statement, 6, entity.longitude());
    bind(statement, 7, entity.altitude());
    bind(statement, 8, entity.heading());
    bind(statement, 9, entity.velocity());
    statement.setString(10, entity.components());
    statement.setString(11, entity.tags());
    statement.setString(12, entity.metadata());
    dialect.bind(statement, 13, entity.updatedAt());
  }

  private static void bind(
      final PreparedStatement statement, final int index, final OptionalDouble value)
      throws SQLException {
    if (value.isPresent()) {
      statement.setDouble(index, value.getAsDouble());
    } else {
      statement.setNull(index, Types.DOUBLE);
    }
  }

  private static Entity entity(final Dialect dialect, final ResultSet row) throws SQLException {
    return new Entity(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getBoolean(6),
        number(row, 7),
        number(row, 8),
        number(row, 9),
        number(row, 10),
        number(row, 11),
        row.getString(12),
        row.getString(13),
        row.getString(14),
        dialect.time(row, 15),
        dialect.time(row, 16));
  }

  private static OptionalDouble number(final ResultSet row, final int index) throws SQLException {
    final double value = row.getDouble(index);
    return row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
