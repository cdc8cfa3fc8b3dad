package io.mothership.api.records;

import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.Snapshot;

/** The one way to read records. Any thread; blocks. */
public final class Records {
  private final Database database;

  public Records(final Database database) {
    this.database = database;
  }

  /**
   * Runs {@code work} on what was committed last; again if the database was lost meanwhile.
   *
   * @throws io.mothership.error.MothershipException see {@link io.mothership.storage.sql.SqlErrors}
   */
  public <T> T read(final Database.Work<Snapshot, T> work) {
    return database.read(work);
  }
}
