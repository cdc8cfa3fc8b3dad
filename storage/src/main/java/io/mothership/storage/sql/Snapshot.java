package io.mothership.storage.sql;

import java.sql.Connection;

/** Proof that one is inside {@link Database#read}. */
public final class Snapshot {
  private final Dialect dialect;
  private final Connection connection;

  Snapshot(final Dialect dialect, final Connection connection) {
    this.dialect = dialect;
    this.connection = connection;
  }

  Dialect dialect() {
    return dialect;
  }

  Connection connection() {
    return connection;
  }
}
