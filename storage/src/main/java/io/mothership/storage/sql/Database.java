package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The registry's SQLite file: WAL, a full sync per commit, foreign keys on.
 *
 * <p><i>Thread:</i> any; both calls block, so use virtual threads. <i>Back-pressure:</i> readers
 * wait for a connection, writers beyond the limit are refused with {@code SQL_BUSY}.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int BUSY_TIMEOUT_MS = 5_000;

  private final SqlWriter writer;
  private final BlockingQueue<Connection> readers;
  private final int readerCount;
  private volatile boolean isClosed;

  private Database(final SqlConfig config, final SqlWriter writer, final List<Connection> readers) {
    this.writer = writer;
    this.readers = new ArrayBlockingQueue<>(config.readersMax(), false, readers);
    this.readerCount = config.readersMax();
  }

  /**
   * Opens the file, making or migrating it as needed.
   *
   * @throws MothershipException {@code SQL_FAILED}, {@code SQL_CORRUPT}, {@code SQL_TOO_NEW}
   */
  public static Database open(final SqlConfig config) {
    final List<Connection> opened = new ArrayList<>();
    try {
      final Path folder = config.file().toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
        SqliteLibrary.keepIn(folder.resolve("lib"));
      }
      final Connection write = connect(config.file(), false);
      opened.add(write);
      Migrations.apply(write);
      final List<Connection> readers = new ArrayList<>();
      for (int i = 0; i < config.readersMax(); i++) {
        final Connection read = connect(config.file(), true);
        opened.add(read);
        readers.add(read);
      }
      return new Database(config, SqlWriter.start(config, write), readers);
    } catch (final SQLException e) {
      opened.forEach(Database::closeQuietly);
      throw SqlErrors.translate(e);
    } catch (final IOException e) {
      opened.forEach(Database::closeQuietly);
      throw SqlErrors.SQL_FAILED.exception("cannot make the folder of " + config.file() + ": " + e);
    } catch (final RuntimeException e) {
      opened.forEach(Database::closeQuietly);
      throw e;
    }
  }

  private static Connection connect(final Path file, final boolean isReadOnly) throws SQLException {
    final SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setJournalMode(JournalMode.WAL);
    sqlite.setSynchronous(SynchronousMode.FULL);
    sqlite.enforceForeignKeys(true);
    sqlite.setBusyTimeout(BUSY_TIMEOUT_MS);
    // Read-only by query_only instead of by open flags: WAL readers must be able to write the index
    // file.
    final Connection connection = sqlite.createConnection("jdbc:sqlite:" + file);
    if (isReadOnly) {
      try (var statement = connection.createStatement()) {
        statement.execute("PRAGMA query_only = ON");
      }
    }
    return connection;
  }

  /**
   * Runs {@code work} in a transaction and returns when it is on disk; if it throws, nothing of it
   * stays.
   *
   * @throws MothershipException see {@link SqlErrors}
   */
  public <T> T write(final Work<Transaction, T> work) {
    try {
      return writer.submit(work).get();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.SQL_CLOSED.exception("interrupted while waiting for the commit");
    } catch (final ExecutionException e) {
      throw unwrap(e.getCause());
    }
  }

  /**
   * Runs {@code work} on what was committed last.
   *
   * @throws MothershipException see {@link SqlErrors}
   */
  public <T> T read(final Work<Snapshot, T> work) {
    if (isClosed) {
      throw SqlErrors.SQL_CLOSED.exception("the registry is closed");
    }
    final Connection connection;
    try {
      connection = readers.take();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.SQL_CLOSED.exception("interrupted while waiting for a connection");
    }
    try {
      return work.run(new Snapshot(connection));
    } catch (final SQLException e) {
      throw SqlErrors.translate(e);
    } finally {
      readers.add(connection);
    }
  }

  /** Throws if the registry cannot be read. */
  public void ping() {
    read(
        snapshot -> {
          try (var statement = snapshot.connection().createStatement();
              var rows = statement.executeQuery("SELECT count(*) FROM schema_migrations")) {
            return rows.next();
          }
        });
  }

  /** Commits what waits, then closes. Idempotent. */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    writer.close();
    for (int i = 0; i < readerCount; i++) {
      try {
        closeQuietly(readers.take());
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static RuntimeException unwrap(final Throwable cause) {
    return switch (cause) {
      case MothershipException known -> known;
      case SQLException sql -> SqlErrors.translate(sql);
      case RuntimeException other -> other;
      default -> SqlErrors.SQL_FAILED.exception(String.valueOf(cause));
    };
  }

  static void closeQuietly(final Connection connection) {
    try {
      connection.close();
    } catch (final SQLException e) {
      LOG.warn("closing failed", e);
    }
  }

  /** Something to do with the registry. */
  @FunctionalInterface
  public interface Work<C, T> {
    T run(C context) throws SQLException;
  }
}
