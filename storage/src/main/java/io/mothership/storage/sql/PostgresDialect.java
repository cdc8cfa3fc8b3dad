package io.mothership.storage.sql;

import io.mothership.config.DatabaseUrl;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * PostgreSQL: the writer holds an advisory lock of the schema, so that two appliances cannot share
 * it, and every call ends in bounded time, also if the server's machine is gone.
 *
 * @param url where it is
 */
record PostgresDialect(DatabaseUrl url) implements Dialect {
  private static final String CONNECT_PATIENCE_S = "5";
  private static final String ANSWER_PATIENCE_S = "10";

  /** First half of the advisory lock's key; the second is the schema. */
  private static final int LOCK = 0x6d6f7468;

  /**
   * What was acknowledged survives the server's power cut whatever its defaults are, and a session
   * whose appliance is gone ends, with its lock, in half a minute.
   */
  private static final String SESSION =
      "-c synchronous_commit=on -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
          + " -c tcp_keepalives_count=3";

  private static final String READ_SESSION = SESSION + " -c default_transaction_read_only=on";

  private static final String TRY_LOCK =
      "SELECT pg_try_advisory_lock(?, hashtext(coalesce(current_schema(), '')))";

  private static final String LOCK_OWNER =
      """
      SELECT pid, coalesce(host(client_addr), 'this machine'), backend_start
      FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND granted AND classid = ?
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())\
      """;

  /** A sequence that was never used stands at 1 and gives 1. */
  private static final String RAISE_SEQUENCE =
      """
      SELECT setval('outbox_id_seq', ?) FROM outbox_id_seq
      WHERE last_value < ? OR last_value = ? AND NOT is_called\
      """;

  @Override
  public String product() {
    return "PostgreSQL";
  }

  @Override
  public String place() {
    return url.place();
  }

  @Override
  public String scripts() {
    return "postgres";
  }

  @Override
  public Connection connect(final Purpose purpose) throws SQLException {
    final Properties properties = new Properties();
    properties.setProperty("user", url.user());
    properties.setProperty("password", url.password());
    properties.setProperty("ApplicationName", "mothership");
    properties.setProperty("connectTimeout", CONNECT_PATIENCE_S);
    properties.setProperty("socketTimeout", ANSWER_PATIENCE_S);
    properties.setProperty("tcpKeepAlive", "true");
    // Neither asked for nor tried: Kerberos.
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("options", purpose == Purpose.READ ? READ_SESSION : SESSION);
    url.parameters().forEach(properties::setProperty);
    final String host = url.host().indexOf(':') < 0 ? url.host() : "[" + url.host() + "]";
    final Connection connection =
        new Driver()
            .connect(
                "jdbc:postgresql://"
                    + host
                    + ":"
                    + url.port()
                    + "/"
                    + URLEncoder.encode(url.database(), StandardCharsets.UTF_8),
                properties);
    if (purpose == Purpose.WRITE) {
      try {
        lock(connection);
      } catch (final SQLException | RuntimeException e) {
        Database.closeQuietly(connection);
        throw e;
      }
    }
    return connection;
  }

  /** Two appliances would publish each other's events, each of them once in each journal. */
  private static void lock(final Connection connection) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(TRY_LOCK)) {
      lock.setInt(1, LOCK);
      try (ResultSet row = lock.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          throw SqlErrors.inUse(owner(connection));
        }
      }
    }
  }

  private static String owner(final Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(LOCK_OWNER)) {
      query.setLong(1, LOCK);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? ": from=%s, since=%s, server pid=%d"
                .formatted(
                    row.getString(2),
                    row.getObject(3, OffsetDateTime.class).toInstant(),
                    row.getInt(1))
            : "";
      }
    }
  }

  @Override
  public SqlErrors kind(final SQLException cause) {
    final String state = String.valueOf(cause.getSQLState());
    return switch (state) {
      case "23505" -> SqlErrors.DUPLICATE;
      case "23503" -> SqlErrors.REFERENCE_MISSING;
      case "23514", "23502" -> SqlErrors.CHECK_FAILED;
      case "53100" -> SqlErrors.SQL_DISK_FULL;
      // The server ended the session, is starting, or has become a standby.
      case "57P01", "57P02", "57P03", "57P05", "25006" -> SqlErrors.SQL_UNREACHABLE;
      // The server wants other encryption, no such database, no right to do it, a table of others.
      case "08004", "3D000", "42501", "42P07" -> SqlErrors.SQL_REFUSED;
      case "XX001", "XX002" -> SqlErrors.SQL_CORRUPT;
      case "40001", "40P01", "55P03", "57014" -> SqlErrors.SQL_BUSY;
      default -> kindOfClass(state.length() < 2 ? state : state.substring(0, 2));
    };
  }

  private static SqlErrors kindOfClass(final String stateClass) {
    return switch (stateClass) {
      case "08" -> SqlErrors.SQL_UNREACHABLE;
      case "22" -> SqlErrors.CHECK_FAILED;
      case "28" -> SqlErrors.SQL_REFUSED;
      case "53" -> SqlErrors.SQL_BUSY;
      default -> SqlErrors.SQL_FAILED;
    };
  }

  @Override
  public void bind(final PreparedStatement statement, final int index, final Instant time)
      throws SQLException {
    statement.setObject(index, OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
  }

  @Override
  public Instant time(final ResultSet row, final int index) throws SQLException {
    return row.getObject(index, OffsetDateTime.class).toInstant();
  }

  @Override
  public void continueOutboxAbove(final Connection connection, final long id) throws SQLException {
    try (PreparedStatement raise = connection.prepareStatement(RAISE_SEQUENCE)) {
      raise.setLong(1, id);
      raise.setLong(2, id);
      raise.setLong(3, id);
      raise.execute();
    }
  }

  @Override
  public String doubt(final Connection connection) throws SQLException {
    for (final String setting : List.of("fsync", "full_page_writes")) {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SHOW " + setting)) {
        if (row.next() && row.getString(1).equals("off")) {
          return setting + " is off";
        }
      }
    }
    return "";
  }
}
