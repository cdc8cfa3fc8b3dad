package io.mothership.storage.sql;

import io.mothership.clock.Rfc3339;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteException;

/**
 * SQLite: WAL, a full sync per commit, foreign keys on; times are texts. The data folder's lock
 * keeps a second writer away.
 *
 * @param file its folder is made if missing
 */
record SqliteDialect(Path file) implements Dialect {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteDialect.class);
  private static final int BUSY_TIMEOUT_MS = 5_000;

  @Override
  public String product() {
    return "SQLite";
  }

  @Override
  public String place() {
    return file.toString();
  }

  @Override
  public String types(final String command) {
    return command
        .replace("{position}", "INTEGER PRIMARY KEY AUTOINCREMENT")
        .replace("{time}", "TEXT")
        .replace("{flag}", "INTEGER")
        .replace("{real}", "REAL")
        .replace("{long}", "INTEGER")
        .replace("{bytes}", "BLOB");
  }

  @Override
  public Connection connect(final Purpose purpose) throws SQLException {
    final Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      makeFolder(folder);
      SqliteLibrary.keepIn(folder.resolve("lib"));
    }
    final SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(JournalMode.WAL);
    sqlite.setSynchronous(SynchronousMode.FULL);
    sqlite.enforceForeignKeys(true);
    sqlite.setBusyTimeout(BUSY_TIMEOUT_MS);
    // SQLite writes back by itself too, but tells nobody if that fails.
    sqlite.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
    // Read-only by query_only instead of by open flags: WAL readers must be able to write the index
    // file.
    final Connection connection = sqlite.createConnection("jdbc:sqlite:" + file);
    if (purpose == Purpose.READ) {
      try (var statement = connection.createStatement()) {
        statement.execute("PRAGMA query_only = ON");
      }
    }
    return connection;
  }

  private void makeFolder(final Path folder) {
    try {
      FileFacade.system().createDirectories(folder);
    } catch (final IOException e) {
      throw SqlErrors.SQL_FAILED.exception("cannot make the folder of " + file + ": " + e);
    }
  }

  @Override
  public void beforeOpening() throws IOException {
    final SqliteFiles files = new SqliteFiles(file);
    if (files.isMarked()) {
      LOG.warn("the disk failed before this start: the records are copied, path={}", file);
      files.copyMarked();
    }
  }

  @Override
  public void onDiskFailed() throws IOException {
    new SqliteFiles(file).mark();
  }

  @Override
  public void writeBack(final Connection connection) throws SQLException {
    // It cannot be part of a transaction.
    connection.setAutoCommit(true);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
    } finally {
      connection.setAutoCommit(false);
    }
  }

  @Override
  public SqlErrors kind(final SQLException cause) {
    if (!(cause instanceof final SQLiteException sqlite)) {
      return SqlErrors.SQL_FAILED;
    }
    return switch (sqlite.getResultCode()) {
      case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY -> SqlErrors.DUPLICATE;
      case SQLITE_CONSTRAINT_FOREIGNKEY -> SqlErrors.REFERENCE_MISSING;
      case SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_NOTNULL -> SqlErrors.CHECK_FAILED;
      case SQLITE_BUSY, SQLITE_LOCKED -> SqlErrors.SQL_BUSY;
      // The second: no room for the index of the write-ahead log.
      case SQLITE_FULL, SQLITE_IOERR_SHMSIZE -> SqlErrors.SQL_DISK_FULL;
      case SQLITE_CORRUPT, SQLITE_NOTADB -> SqlErrors.SQL_CORRUPT;
      case SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_TRUNCATE ->
          SqlErrors.SQL_DISK_FAILED;
      default -> SqlErrors.SQL_FAILED;
    };
  }

  @Override
  public void bind(final PreparedStatement statement, final int index, final Instant time)
      throws SQLException {
    statement.setString(index, Rfc3339.text(time));
  }

  @Override
  public Optional<Instant> time(final ResultSet row, final int index) throws SQLException {
    return Optional.ofNullable(row.getString(index)).map(Rfc3339::parse);
  }

  @Override
  public void continueOutboxAbove(final Connection connection, final long id) throws SQLException {
    try (PreparedStatement raise =
            connection.prepareStatement(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'outbox'");
        PreparedStatement begin =
            connection.prepareStatement(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)")) {
      raise.setLong(1, id);
      if (raise.executeUpdate() == 0) {
        begin.setLong(1, id);
        begin.executeUpdate();
      }
    }
  }

  /** All that matters is set with each connection. */
  @Override
  public String doubt(final Connection connection) {
    return "";
  }
}
