package io.mothership.storage.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Vehicles and who owns them: a domain for tests, on the handle as all domains are. */
public final class VehicleRepository {
  public static final Migrations MIGRATIONS =
      Migrations.of("vehicles", VehicleRepository.class, "V0001__vehicles.sql");

  private static final String SELECT =
      "SELECT position, vehicle_id, org_id, status, is_live, latitude, details, seen_at, made_at"
          + " FROM vehicles WHERE org_id = :org";

  public void insertOwner(final Transaction transaction, final String orgId) throws SQLException {
    transaction
        .of(orgId)
        .update("INSERT INTO owners (org_id, name) VALUES (:org, :name)", "name of " + orgId);
  }

  public boolean hasOwner(final Snapshot snapshot, final String orgId) throws SQLException {
    return snapshot
        .of(orgId)
        .query("SELECT name FROM owners WHERE org_id = :org")
        .one(row -> row.text("name"))
        .isPresent();
  }

  public List<String> owners(final Snapshot snapshot) throws SQLException {
    return snapshot
        .everywhere()
        .query("SELECT org_id FROM owners ORDER BY position")
        .list(row -> row.text("org_id"));
  }

  public void insert(final Transaction transaction, final Vehicle vehicle) throws SQLException {
    bound(
            transaction,
            "INSERT INTO vehicles (vehicle_id, org_id, status, is_live, latitude, details, seen_at,"
                + " made_at) VALUES (:id, :org, :status, :live, :latitude, :details, :seen, :made)",
            vehicle)
        .bind("made", vehicle.madeAt())
        .update();
  }

  public void update(final Transaction transaction, final Vehicle vehicle) throws SQLException {
    bound(
            transaction,
            "UPDATE vehicles SET status = :status, is_live = :live, latitude = :latitude,"
                + " details = :details, seen_at = :seen WHERE vehicle_id = :id AND org_id = :org",
            vehicle)
        .update();
  }

  private static Sql.Query bound(
      final Transaction transaction, final String text, final Vehicle vehicle) {
    return transaction
        .of(vehicle.orgId())
        .query(text)
        .bind("id", vehicle.id())
        .bind("status", vehicle.status())
        .bind("live", vehicle.isLive())
        .bind("latitude", vehicle.latitude())
        .bind("details", vehicle.details())
        .bind("seen", vehicle.seenAt());
  }

  public void delete(final Transaction transaction, final Vehicle vehicle) throws SQLException {
    transaction
        .of(vehicle.orgId())
        .update("DELETE FROM vehicles WHERE org_id = :org AND vehicle_id = :id", vehicle.id());
  }

  public Optional<Vehicle> find(final Snapshot snapshot, final String orgId, final String id)
      throws SQLException {
    return snapshot
        .of(orgId)
        .query(SELECT + " AND vehicle_id = :id", id)
        .one(VehicleRepository::vehicle);
  }

  public List<Placed<Vehicle>> page(
      final Snapshot snapshot, final String orgId, final long after, final int count)
      throws SQLException {
    return snapshot
        .of(orgId)
        .query(SELECT + " AND position > :after ORDER BY position LIMIT :limit")
        .page(after, count, VehicleRepository::vehicle);
  }

  private static Vehicle vehicle(final Row row) throws SQLException {
    return new Vehicle(
        row.text("vehicle_id"),
        row.text("org_id"),
        row.text("status"),
        row.flag("is_live"),
        row.real("latitude"),
        row.text("details"),
        row.timeIfAny("seen_at"),
        row.time("made_at"));
  }
}
