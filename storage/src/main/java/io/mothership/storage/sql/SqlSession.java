package io.mothership.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A connection that is made anew when it is needed after it was lost. While the database cannot be
 * reached it is tried once a second at most; who comes in between is told what the last try was.
 *
 * <p><i>Thread:</i> one at a time.
 */
final class SqlSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqlSession.class);
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

  private final Dialect dialect;
  private final Dialect.Purpose purpose;
  private Statements statements;
  private SQLException lastFailure;
  private long lastFailureNs;

  private SqlSession(
      final Dialect dialect, final Dialect.Purpose purpose, final Connection connection) {
    this.dialect = dialect;
    this.purpose = purpose;
    this.statements = new Statements(connection);
  }

  /** Connects for the first time. */
  static SqlSession open(final Dialect dialect, final Dialect.Purpose purpose) throws SQLException {
    return new SqlSession(dialect, purpose, dialect.connect(purpose));
  }

  /** Whether the next call has to connect. */
  boolean isLost() {
    return statements == null;
  }

  /** The connection, made anew if it was lost. */
  Connection connection() throws SQLException {
    return statements().connection();
  }

  /** What stays prepared on the connection, which is made anew if it was lost. */
  Statements statements() throws SQLException {
    if (statements == null) {
      if (lastFailure != null && System.nanoTime() - lastFailureNs < PAUSE_NS) {
        throw lastFailure;
      }
      try {
        statements = new Statements(dialect.connect(purpose));
        lastFailure = null;
        LOG.atLevel(purpose == Dialect.Purpose.WRITE ? Level.INFO : Level.DEBUG)
            .log("the database is back: place={}, purpose={}", dialect.place(), purpose);
      } catch (final SQLException e) {
        lastFailure = e;
        lastFailureNs = System.nanoTime();
        throw e;
      }
    }
    return statements;
  }

  /** Lets the connection go if {@code failure} says that it is lost; answers whether it did. */
  boolean tryForget(final SQLException failure) {
    if (statements == null || dialect.kind(failure) != SqlErrors.SQL_UNREACHABLE) {
      return false;
    }
    // One of them is enough for the log.
    LOG.atLevel(purpose == Dialect.Purpose.WRITE ? Level.WARN : Level.DEBUG)
        .log(
            "the database is lost: place={}, purpose={}, cause={}",
            dialect.place(),
            purpose,
            failure.getMessage());
    final Connection lost = statements.connection();
    statements = null;
    Database.closeQuietly(lost);
    return true;
  }

  @Override
  public void close() {
    if (statements != null) {
      Database.closeQuietly(statements.connection());
      statements = null;
    }
  }
}
