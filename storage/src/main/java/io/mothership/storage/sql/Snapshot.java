package io.mothership.storage.sql;

import java.sql.Connection;
import java.util.Optional;

/** Proof that one is inside {@link Database#read} or {@link Database#write}, and the way to SQL. */
public sealed class Snapshot permits Transaction {
  private final Dialect dialect;
  private final Statements statements;

  Snapshot(final Dialect dialect, final Statements statements) {
    this.dialect = dialect;
    this.statements = statements;
  }

  /** Statements that keep to one organization. */
  public final Sql of(final String orgId) {
    return new Sql(this, Optional.of(orgId));
  }

  /**
   * Statements on what belongs to no organization, or on all of them: the exception, for those who
   * looked after their caller's rights themselves.
   */
  public final Sql everywhere() {
    return new Sql(this, Optional.empty());
  }

  /** Throws unless something may be changed here. */
  void requireWriting() {
    throw new IllegalStateException("a snapshot changes nothing");
  }

  final Dialect dialect() {
    return dialect;
  }

  final Statements statements() {
    return statements;
  }

  final Connection connection() {
    return statements.connection();
  }
}
