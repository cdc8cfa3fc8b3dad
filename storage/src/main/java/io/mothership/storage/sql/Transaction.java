package io.mothership.storage.sql;

import java.sql.Connection;

/** Proof that one is inside {@link Database#write}: repositories change nothing without it. */
public final class Transaction {
  private final Connection connection;

  Transaction(final Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }
}
