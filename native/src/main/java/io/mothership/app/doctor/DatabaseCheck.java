package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.config.StorageKeys;
import io.mothership.storage.sql.DatabaseProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where the records are, and whether a server that keeps them lets the appliance in. */
final class DatabaseCheck implements Check {
  private static final String NAME = "database";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    if (examination.config().text(StorageKeys.DATABASE_URL).isEmpty()) {
      // Only looked at: to open it could make files that are not the appliance's.
      final Path file = SpineOptions.databaseFile(examination.config()).toAbsolutePath();
      return List.of(
          Finding.ok(
              NAME,
              "SQLite, "
                  + file
                  + (Files.exists(file)
                      ? ", " + Amounts.bytes(Files.size(file))
                      : " is not there yet; a start makes it")));
    }
    final DatabaseProbe probe = DatabaseProbe.of(SpineOptions.registry(examination.config()));
    return List.of(
        probe.failure().isEmpty()
            ? Finding.ok(NAME, probe.found())
            : Finding.fail(NAME, probe.failure(), probe.remedy()));
  }
}
