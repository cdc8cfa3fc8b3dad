package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry: one connection that writes, some that read, each made anew when it was lost.
 *
 * <p><i>Thread:</i> any; both calls block, so use virtual threads. <i>Back-pressure:</i> readers
 * wait for a connection, for some seconds at most; writers beyond the limit are refused with {@code
 * SQL_BUSY}.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long READER_PATIENCE_MS = 10_000;
  private static final long OPEN_PAUSE_MS = 200;

  private final Dialect dialect;
  private final SqlWriter writer;
  private final BlockingQueue<SqlSession> readers;
  private final int readerCount;
  private volatile boolean isClosed;

  private Database(final SqlConfig config, final SqlWriter writer, final List<SqlSession> readers) {
    this.dialect = config.dialect();
    this.writer = writer;
    this.readers = new ArrayBlockingQueue<>(config.readersMax(), false, readers);
    this.readerCount = config.readersMax();
  }

  /**
   * Opens the registry, making or migrating it as needed. One that does not answer yet is waited
   * for.
   *
   * @throws MothershipException {@code SQL_FAILED}, {@code SQL_CORRUPT}, {@code SQL_TOO_NEW},
   *     {@code SQL_UNREACHABLE}, {@code SQL_REFUSED}, {@code SQL_IN_USE}
   */
  public static Database open(final SqlConfig config) {
    final long deadlineNs = System.nanoTime() + config.waitNs();
    boolean isWaiting = false;
    while (true) {
      try {
        return tryOpen(config);
      } catch (final MothershipException e) {
        final MothershipException explained = SqlErrors.explain(config.dialect(), e);
        if (e.category() != MothershipException.Category.UNAVAILABLE
            || SqlErrors.SQL_DISK_FAILED.is(e)
            || System.nanoTime() - deadlineNs >= 0) {
          throw explained;
        }
        if (!isWaiting) {
          LOG.warn("waiting for the database: {}", explained.getMessage());
          isWaiting = true;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(OPEN_PAUSE_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.SQL_CLOSED.exception("interrupted while waiting for the database");
    }
  }

  private static Database tryOpen(final SqlConfig config) {
    final Dialect dialect = config.dialect();
    final List<SqlSession> opened = new ArrayList<>();
    boolean isOpen = false;
    try {
      dialect.beforeOpening();
      final SqlSession write = SqlSession.open(dialect, Dialect.Purpose.WRITE);
      opened.add(write);
      new Schema(config.domains()).apply(dialect, write.connection());
      while (opened.size() <= config.readersMax()) {
        opened.add(SqlSession.open(dialect, Dialect.Purpose.READ));
      }
      final Database database =
          new Database(
              config,
              SqlWriter.start(config, write),
              List.copyOf(opened.subList(1, opened.size())));
      isOpen = true;
      return database;
    } catch (final IOException e) {
      throw SqlErrors.SQL_FAILED.exception("cannot copy " + dialect.place() + ": " + e);
    } catch (final SQLException e) {
      final MothershipException translated = SqlErrors.translate(dialect, e);
      if (SqlErrors.SQL_DISK_FAILED.is(translated)) {
        SqlWriter.mark(dialect);
      }
      throw translated;
    } finally {
      if (!isOpen) {
        opened.forEach(SqlSession::close);
      }
    }
  }

  /** The database's name, for people. */
  public String product() {
    return dialect.product();
  }

  /**
   * Has {@code work} done first whenever writing begins anew after the database was lost: before
   * any other write, and for what may have been committed without anybody being told. To be called
   * before the first write.
   */
  public void onReturn(final Work<Transaction, ?> work) {
    writer.onReturn(work);
  }

  /**
   * Runs {@code work} in a transaction and returns when it is on disk; if it throws, nothing of it
   * stays. It is run again if the database was lost before its commit; if that happens at the
   * commit, the answer is {@code SQL_UNREACHABLE} and the change may have been made. After {@code
   * SQL_DISK_FAILED} that shows at the next start, and until then nothing is written.
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
   * Runs {@code work} on what was committed last; again if the database was lost meanwhile.
   *
   * @throws MothershipException see {@link SqlErrors}
   */
  public <T> T read(final Work<Snapshot, T> work) {
    if (isClosed) {
      throw SqlErrors.SQL_CLOSED.exception("the registry is closed");
    }
    final SqlSession session = takeReader();
    try {
      boolean isRetried = session.isLost();
      while (true) {
        try {
          return work.run(new Snapshot(dialect, session.statements()));
        } catch (final SQLException e) {
          if (!session.tryForget(e) || isRetried) {
            throw SqlErrors.translate(dialect, e);
          }
          isRetried = true;
        }
      }
    } finally {
      readers.add(session);
    }
  }

  private SqlSession takeReader() {
    try {
      final SqlSession session = readers.poll(READER_PATIENCE_MS, TimeUnit.MILLISECONDS);
      if (session == null) {
        throw SqlErrors.SQL_BUSY.exception("too many reads wait: connections=" + readerCount);
      }
      return session;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SqlErrors.SQL_CLOSED.exception("interrupted while waiting for a connection");
    }
  }

  /** Throws if the registry cannot be read or, as far as is known, not be written. */
  public void ping() {
    writer.requireSession();
    read(
        snapshot ->
            snapshot
                .everywhere()
                .query("SELECT count(*) AS scripts FROM domain_migrations")
                .one(row -> row.integer("scripts")));
  }

  /** Commits what waits, then closes. Idempotent. */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    writer.close();
    if (writer.isFailed()) {
      // Who closes the last connection writes back, and would take for written what may not be.
      return;
    }
    for (int i = 0; i < readerCount; i++) {
      try {
        readers.take().close();
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private RuntimeException unwrap(final Throwable cause) {
    return switch (cause) {
      case MothershipException known -> known;
      case SQLException sql -> SqlErrors.translate(dialect, sql);
      case RuntimeException other -> other;
      default -> SqlErrors.SQL_FAILED.exception(String.valueOf(cause));
    };
  }

  static void closeQuietly(final Connection connection) {
    try {
      connection.close();
    } catch (final SQLException e) {
      LOG.warn("closing failed: cause={}", e.toString());
    }
  }

  /** Something to do with the registry; it may be done twice if the first time came to nothing. */
  @FunctionalInterface
  public interface Work<C, T> {
    T run(C context) throws SQLException;
  }
}
