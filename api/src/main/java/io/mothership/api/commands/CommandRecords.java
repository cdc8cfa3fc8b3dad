package io.mothership.api.commands;

import io.mothership.storage.sql.Migrations;

/** The commands' tables. */
public final class CommandRecords {
  /** In order; what was released never changes. */
  public static final Migrations MIGRATIONS =
      Migrations.of("commands", CommandRecords.class, "V0001__command_ids.sql");

  private CommandRecords() {}
}
