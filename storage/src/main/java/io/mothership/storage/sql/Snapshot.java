package io.mothership.storage.sql;

import java.sql.Connection;

/** Proof that one is inside {@link Database#read}. */
public final class Snapshot {
  private final Connection connection;

  Snapshot(final Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }
}
