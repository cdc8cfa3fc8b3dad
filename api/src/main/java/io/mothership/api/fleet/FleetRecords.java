package io.mothership.api.fleet;

import io.mothership.storage.sql.Migrations;

/** The fleet's tables. */
public final class FleetRecords {
  /** In order; what was released never changes. */
  public static final Migrations MIGRATIONS =
      Migrations.of("fleet", FleetRecords.class, "V0001__fleet.sql", "V0002__entity_names.sql")
          .early(1);

  private FleetRecords() {}
}
