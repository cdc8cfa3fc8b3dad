package io.mothership.storage.sql;

/** Proof that one is inside {@link Database#write}: repositories change nothing without it. */
public final class Transaction extends Snapshot {

  Transaction(final Dialect dialect, final Statements statements) {
    super(dialect, statements);
  }

  @Override
  void requireWriting() {}
}
