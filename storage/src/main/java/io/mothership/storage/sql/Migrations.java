package io.mothership.storage.sql;

import io.mothership.clock.Rfc3339;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;

/**
 * Brings a registry to this version's tables, script by script, each in a transaction. A script
 * that was released never changes; a change is a new script, in every dialect.
 */
final class Migrations {
  /** In order; the position is the version. Named here because nothing scans the class path. */
  private static final List<String> SCRIPTS = List.of("V0001__fleet.sql", "V0002__operations.sql");

  private Migrations() {}

  static void apply(final Dialect dialect, final Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS schema_migrations "
              + "(version INTEGER PRIMARY KEY, script TEXT NOT NULL, applied_at TEXT NOT NULL)");
      final int version = version(statement);
      requireKnown(version);
      connection.commit();
      for (int next = version + 1; next <= SCRIPTS.size(); next++) {
        apply(dialect, connection, next);
      }
    } catch (final SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    }
  }

  /**
   * @throws io.mothership.error.MothershipException {@code SQL_TOO_NEW}
   */
  static void requireKnown(final int version) {
    if (version > SCRIPTS.size()) {
      throw SqlErrors.SQL_TOO_NEW.exception(
          "the records are of a newer version: max=%d, actual=%d"
              .formatted(SCRIPTS.size(), version));
    }
  }

  /** The last script that was applied, 0 if none was. */
  static int version(final Connection connection) throws SQLException {
    try (ResultSet table =
            connection
                .getMetaData()
                .getTables(null, connection.getSchema(), "schema_migrations", null);
        Statement statement = connection.createStatement()) {
      return table.next() ? version(statement) : 0;
    }
  }

  private static int version(final Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT coalesce(max(version), 0) FROM schema_migrations")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void apply(final Dialect dialect, final Connection connection, final int version)
      throws SQLException {
    final String script = SCRIPTS.get(version - 1);
    try (Statement statement = connection.createStatement();
        PreparedStatement done =
            connection.prepareStatement("INSERT INTO schema_migrations VALUES (?, ?, ?)")) {
      for (final String command : read(dialect.scripts() + "/" + script).split(";\\s*(\n|$)")) {
        if (!command.isBlank()) {
          statement.execute(command);
        }
      }
      done.setInt(1, version);
      done.setString(2, script);
      done.setString(3, Rfc3339.text(Instant.now()));
      done.executeUpdate();
    }
    connection.commit();
  }

  private static String read(final String script) {
    try (InputStream in = Migrations.class.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException("migration script is missing: " + script);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new IllegalStateException("migration script cannot be read: " + script, e);
    }
  }
}
