package io.mothership.storage.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Organizations in SQL. Stateless; any thread. */
public final class OrganizationRepository {
  private static final String SELECT =
      "SELECT org_id, name, org_type, metadata, created_at, updated_at, position FROM"
          + " organizations ";
  private static final int PLACE = 7;

  public void insert(final Transaction transaction, final Organization organization)
      throws SQLException {
    try (PreparedStatement statement =
        transaction
            .connection()
            .prepareStatement(
                "INSERT INTO organizations (org_id, name, org_type, metadata, created_at,"
                    + " updated_at) VALUES (?, ?, ?, ?, ?, ?)")) {
      statement.setString(1, organization.orgId());
      statement.setString(2, organization.name());
      statement.setString(3, organization.orgType());
      statement.setString(4, organization.metadata());
      transaction.dialect().bind(statement, 5, organization.createdAt());
      transaction.dialect().bind(statement, 6, organization.updatedAt());
      statement.executeUpdate();
    }
  }

  public Optional<Organization> find(final Snapshot snapshot, final String orgId)
      throws SQLException {
    try (PreparedStatement statement =
        snapshot.connection().prepareStatement(SELECT + "WHERE org_id = ?")) {
      statement.setString(1, orgId);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(organization(snapshot.dialect(), rows)) : Optional.empty();
      }
    }
  }

  /**
   * A part of all, in the order in which they were made.
   *
   * @param after place of the one before the first, 0 to begin at the start
   */
  public List<Placed<Organization>> page(final Snapshot snapshot, final long after, final int count)
      throws SQLException {
    try (PreparedStatement statement =
        snapshot
            .connection()
            .prepareStatement(SELECT + "WHERE position > ? ORDER BY position LIMIT ?")) {
      statement.setLong(1, after);
      statement.setInt(2, count);
      try (ResultSet rows = statement.executeQuery()) {
        final List<Placed<Organization>> found = new ArrayList<>();
        while (rows.next()) {
          found.add(new Placed<>(rows.getLong(PLACE), organization(snapshot.dialect(), rows)));
        }
        return found;
      }
    }
  }

  /** All, in the order in which they were made. */
  public List<Organization> list(final Snapshot snapshot) throws SQLException {
    return page(snapshot, 0, Integer.MAX_VALUE).stream().map(Placed::row).toList();
  }

  private static Organization organization(final Dialect dialect, final ResultSet row)
      throws SQLException {
    return new Organization(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        dialect.time(row, 5),
        dialect.time(row, 6));
  }
}
