package io.mothership.storage.sql;

import io.mothership.clock.Rfc3339;
import io.mothership.error.MothershipException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings a registry to this version's tables, domain by domain and script by script.
 *
 * <p>{@code domain_migrations} says what was run. {@code schema_migrations} is older: up to 2 it
 * numbered the scripts of all domains together, since then it numbers the way of keeping records
 * itself, and keeps versions away that know only the old one.
 */
final class Schema {
  /** The way of keeping records that this class knows. */
  private static final int LAYOUT = 3;

  /** The layout whose second script made tables that nothing ever used. */
  private static final int LAYOUT_WITH_UNUSED = 2;

  private static final String UNUSED_GO = "V0003__unused_tables_go.sql";

  private final List<Migrations> domains;

  Schema(final List<Migrations> domains) {
    final List<Migrations> all = new ArrayList<>();
    all.add(OutboxRepository.MIGRATIONS);
    all.addAll(domains);
    this.domains = List.copyOf(all);
  }

  void apply(final Dialect dialect, final Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS schema_migrations "
              + "(version INTEGER PRIMARY KEY, script TEXT NOT NULL, applied_at TEXT NOT NULL)");
      final int layout = layout(statement);
      requireKnown(layout);
      if (layout < LAYOUT) {
        beginDomains(dialect, connection, statement, layout);
      }
      connection.commit();
      final Map<String, Integer> versions = versions(statement);
      requireKnown(versions);
      for (final Migrations domain : domains) {
        final int version = versions.getOrDefault(domain.domain(), 0);
        for (int next = version + 1; next <= domain.scripts().size(); next++) {
          final String script = domain.scripts().get(next - 1);
          run(dialect, statement, domain.place(), script);
          remember(connection, domain.domain(), next, script);
          connection.commit();
        }
      }
    } catch (final SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    }
  }

  private void beginDomains(
      final Dialect dialect,
      final Connection connection,
      final Statement statement,
      final int layout)
      throws SQLException {
    statement.execute(
        "CREATE TABLE domain_migrations (domain TEXT NOT NULL, version INTEGER NOT NULL,"
            + " script TEXT NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (domain, version))");
    if (layout > 0) {
      for (final Migrations domain : domains) {
        for (int version = 1; version <= domain.early(); version++) {
          remember(connection, domain.domain(), version, domain.scripts().get(version - 1));
        }
      }
    }
    if (layout == LAYOUT_WITH_UNUSED) {
      run(dialect, statement, Schema.class, UNUSED_GO);
    }
    try (PreparedStatement done =
        connection.prepareStatement("INSERT INTO schema_migrations VALUES (?, ?, ?)")) {
      done.setInt(1, LAYOUT);
      done.setString(2, UNUSED_GO);
      done.setString(3, Rfc3339.text(Instant.now()));
      done.executeUpdate();
    }
  }

  /**
   * @throws MothershipException {@code SQL_TOO_NEW} if somebody newer wrote to the registry
   */
  void requireKnown(final Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (isThere(connection, "schema_migrations")) {
        requireKnown(layout(statement));
      }
      if (isThere(connection, "domain_migrations")) {
        requireKnown(versions(statement));
      }
    }
  }

  private static boolean isThere(final Connection connection, final String name)
      throws SQLException {
    try (ResultSet table =
        connection.getMetaData().getTables(null, connection.getSchema(), name, null)) {
      return table.next();
    }
  }

  private static void requireKnown(final int layout) {
    if (layout > LAYOUT) {
      throw tooNew("max=%d, actual=%d".formatted(LAYOUT, layout));
    }
  }

  private void requireKnown(final Map<String, Integer> versions) {
    final Map<String, Integer> known = new HashMap<>();
    domains.forEach(domain -> known.put(domain.domain(), domain.scripts().size()));
    versions.forEach(
        (domain, version) -> {
          final int max = known.getOrDefault(domain, 0);
          if (version > max) {
            throw tooNew("domain=%s, max=%d, actual=%d".formatted(domain, max, version));
          }
        });
  }

  private static MothershipException tooNew(final String versions) {
    return SqlErrors.SQL_TOO_NEW.exception("the records are of a newer version: " + versions);
  }

  private static int layout(final Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT coalesce(max(version), 0) FROM schema_migrations")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static Map<String, Integer> versions(final Statement statement) throws SQLException {
    final Map<String, Integer> versions = new HashMap<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT domain, max(version) FROM domain_migrations GROUP BY domain")) {
      while (rows.next()) {
        versions.put(rows.getString(1), rows.getInt(2));
      }
    }
    return versions;
  }

  private static void remember(
      final Connection connection, final String domain, final int version, final String script)
      throws SQLException {
    try (PreparedStatement done =
        connection.prepareStatement("INSERT INTO domain_migrations VALUES (?, ?, ?, ?)")) {
      done.setString(1, domain);
      done.setInt(2, version);
      done.setString(3, script);
      done.setString(4, Rfc3339.text(Instant.now()));
      done.executeUpdate();
    }
  }

  private static void run(
      final Dialect dialect, final Statement statement, final Class<?> place, final String script)
      throws SQLException {
    for (final String command : read(place, script).split(";\\s*(\n|$)")) {
      if (!command.isBlank()) {
        statement.execute(dialect.types(command));
      }
    }
  }

  private static String read(final Class<?> place, final String script) {
    try (InputStream in = place.getResourceAsStream(script)) {
      if (in == null) {
        throw new IllegalStateException(
            "migration script is missing: %s beside %s".formatted(script, place.getName()));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (final IOException e) {
      throw new IllegalStateException("migration script cannot be read: " + script, e);
    }
  }
}
