package io.mothership.api.fleet;

import io.mothership.storage.sql.Placed;
import io.mothership.storage.sql.Row;
import io.mothership.storage.sql.Snapshot;
import io.mothership.storage.sql.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Organizations in SQL. Stateless; any thread. */
final class OrganizationRepository {
  private static final String SELECT =
      "SELECT position, org_id, name, org_type, metadata, created_at, updated_at FROM organizations"
          + " ";

  void insert(final Transaction transaction, final Organization organization) throws SQLException {
    transaction
        .of(organization.orgId())
        .update(
            "INSERT INTO organizations (org_id, name, org_type, metadata, created_at, updated_at)"
                + " VALUES (:org, :name, :type, :metadata, :created, :updated)",
            organization.name(),
            organization.orgType(),
            organization.metadata(),
            organization.createdAt(),
            organization.updatedAt());
  }

  Optional<Organization> find(final Snapshot snapshot, final String orgId) throws SQLException {
    return snapshot
        .of(orgId)
        .query(SELECT + "WHERE org_id = :org")
        .one(OrganizationRepository::organization);
  }

  /** Those behind a place, in the order in which they were made. */
  List<Placed<Organization>> page(final Snapshot snapshot, final long after, final int count)
      throws SQLException {
    return snapshot
        .everywhere()
        .query(SELECT + "WHERE position > :after ORDER BY position LIMIT :limit")
        .page(after, count, OrganizationRepository::organization);
  }

  private static Organization organization(final Row row) throws SQLException {
    return new Organization(
        row.text("org_id"),
        row.text("name"),
        row.text("org_type"),
        row.text("metadata"),
        row.time("created_at"),
        row.time("updated_at"));
  }
}
