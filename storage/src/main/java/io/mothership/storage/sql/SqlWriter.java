package io.mothership.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: takes what waits, runs each piece inside a savepoint, and commits
 * them together, so that many callers share one sync.
 */
final class SqlWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqlWriter.class);

  private final Connection connection;
  private final int groupMax;
  private final BlockingQueue<Piece<?>> pieces;
  private final Thread thread;
  private volatile boolean isClosing;

  private SqlWriter(final SqlConfig config, final Connection connection) {
    this.connection = connection;
    this.groupMax = config.groupMax();
    this.pieces = new ArrayBlockingQueue<>(config.pendingMax());
    this.thread = Thread.ofPlatform().name("ms-sql").daemon().unstarted(this::run);
  }

  static SqlWriter start(final SqlConfig config, final Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    final SqlWriter writer = new SqlWriter(config, connection);
    writer.thread.start();
    return writer;
  }

  <T> CompletableFuture<T> submit(final Database.Work<Transaction, T> work) {
    final Piece<T> piece = new Piece<>(work);
    if (isClosing) {
      piece.answer.completeExceptionally(SqlErrors.SQL_CLOSED.exception("the registry is closed"));
    } else if (!pieces.offer(piece)) {
      piece.answer.completeExceptionally(
          SqlErrors.SQL_BUSY.exception("too many writes wait: max=" + pieces.size()));
    }
    return piece.answer;
  }

  private void run() {
    final List<Piece<?>> group = new ArrayList<>();
    final Transaction transaction = new Transaction(connection);
    try {
      while (true) {
        group.add(pieces.take());
        pieces.drainTo(group, groupMax - 1);
        commit(group, transaction);
        group.clear();
      }
    } catch (final InterruptedException e) {
      while (pieces.drainTo(group, groupMax) > 0) {
        commit(group, transaction);
        group.clear();
      }
    }
  }

  private void commit(final List<Piece<?>> group, final Transaction transaction) {
    try {
      for (final Piece<?> piece : group) {
        piece.tryRun(transaction);
      }
      connection.commit();
    } catch (final SQLException | RuntimeException e) {
      LOG.error("a group of writes failed: count={}", group.size(), e);
      rollBack();
      group.forEach(piece -> piece.fail(e));
      return;
    }
    group.forEach(Piece::complete);
  }

  private void rollBack() {
    try {
      connection.rollback();
    } catch (final SQLException e) {
      LOG.error("roll-back failed", e);
    }
  }

  @Override
  public void close() {
    isClosing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Database.closeQuietly(connection);
  }

  /** One caller's work and its answer, which leaves after the commit. */
  private static final class Piece<T> {
    private final Database.Work<Transaction, T> work;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private T result;
    private Exception failure;

    Piece(final Database.Work<Transaction, T> work) {
      this.work = work;
    }

    /** Runs the work; its own failure undoes only itself. */
    void tryRun(final Transaction transaction) throws SQLException {
      final Savepoint savepoint = transaction.connection().setSavepoint();
      try {
        result = work.run(transaction);
        transaction.connection().releaseSavepoint(savepoint);
      } catch (final SQLException | RuntimeException e) {
        failure = e;
        transaction.connection().rollback(savepoint);
        transaction.connection().releaseSavepoint(savepoint);
      }
    }

    void complete() {
      if (failure != null) {
        answer.completeExceptionally(failure);
      } else {
        answer.complete(result);
      }
    }

    void fail(final Exception cause) {
      answer.completeExceptionally(failure != null ? failure : cause);
    }
  }
}
