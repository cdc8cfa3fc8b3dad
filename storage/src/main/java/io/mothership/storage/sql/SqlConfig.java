package io.mothership.storage.sql;

import io.mothership.config.DatabaseUrl;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the registry lives and what it may use.
 *
 * @param dialect which database, and where
 * @param waitNs how long opening waits for a database that does not answer
 * @param readersMax connections for reading
 * @param pendingMax writes that may wait; more are refused
 * @param groupMax writes in one commit
 * @param domains whose tables it has besides the outbox, in the order in which they are made
 */
public record SqlConfig(
    Dialect dialect,
    long waitNs,
    int readersMax,
    int pendingMax,
    int groupMax,
    List<Migrations> domains) {

  public SqlConfig {
    domains = List.copyOf(domains);
    if (readersMax < 1 || pendingMax < 1 || groupMax < 1) {
      throw new IllegalArgumentException(
          "SQL limits out of range: readersMax=%d, pendingMax=%d, groupMax=%d"
              .formatted(readersMax, pendingMax, groupMax));
    }
  }

  /** A SQLite file; its folder is made if missing. */
  public static SqlConfig of(final Path file) {
    return of(new SqliteDialect(file));
  }

  /** A PostgreSQL database. */
  public static SqlConfig of(final DatabaseUrl url) {
    return of(new PostgresDialect(url));
  }

  private static SqlConfig of(final Dialect dialect) {
    return new SqlConfig(dialect, 0, 4, 1024, 64, List.of());
  }

  public SqlConfig withWait(final long newWaitNs) {
    return new SqlConfig(dialect, newWaitNs, readersMax, pendingMax, groupMax, domains);
  }

  public SqlConfig withLimits(
      final int newReadersMax, final int newPendingMax, final int newGroupMax) {
    return new SqlConfig(dialect, waitNs, newReadersMax, newPendingMax, newGroupMax, domains);
  }

  public SqlConfig withDomains(final List<Migrations> newDomains) {
    return new SqlConfig(dialect, waitNs, readersMax, pendingMax, groupMax, newDomains);
  }

  /** The database's name, for people. */
  public String product() {
    return dialect.product();
  }

  /** Where the records are, without secrets. */
  public String place() {
    return dialect.place();
  }
}
