package io.mothership.storage.sql;

import java.sql.Connection;

/** Proof that one is inside {@link Database#write}: repositories change nothing without it. */
public final class Transaction {
  private final Dialect dialect;
  private final Connection connection;

  Transaction(final Dialect dialect, final Connection connection) {
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
