package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: takes what waits, runs each piece inside a savepoint, and commits
 * them together, so that many callers share one sync.
 */
final class SqlWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqlWriter.class);

  private final Dialect dialect;
  private final SqlSession session;
  private final int groupMax;
  private final BlockingQueue<Piece<?>> pieces;
  private final List<Database.Work<Transaction, ?>> returns = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private Transaction transaction;
  private volatile MothershipException outage;
  private boolean isClosing;

  private SqlWriter(final SqlConfig config, final SqlSession session) {
    this.dialect = config.dialect();
    this.session = session;
    this.groupMax = config.groupMax();
    this.pieces = new ArrayBlockingQueue<>(config.pendingMax());
    this.thread = Thread.ofPlatform().name("ms-sql").daemon().unstarted(this::run);
  }

  static SqlWriter start(final SqlConfig config, final SqlSession session) throws SQLException {
    final SqlWriter writer = new SqlWriter(config, session);
    session.connection().setAutoCommit(false);
    writer.transaction = new Transaction(config.dialect(), session.connection());
    writer.thread.start();
    return writer;
  }

  void onReturn(final Database.Work<Transaction, ?> work) {
    returns.add(work);
  }

  /** Throws what stood in the way of the last write, if that was the database's absence. */
  void requireSession() {
    final MothershipException last = outage;
    if (last != null) {
      throw last;
    }
  }

  <T> CompletableFuture<T> submit(final Database.Work<Transaction, T> work) {
    final Piece<T> piece = new Piece<>(work);
    synchronized (pieces) {
      // Nobody takes what is offered after the last ones were taken.
      if (isClosing) {
        piece.answer.completeExceptionally(
            SqlErrors.SQL_CLOSED.exception("the registry is closed"));
      } else if (!pieces.offer(piece)) {
        piece.answer.completeExceptionally(
            SqlErrors.SQL_BUSY.exception("too many writes wait: max=" + pieces.size()));
      }
    }
    return piece.answer;
  }

  private void run() {
    final List<Piece<?>> group = new ArrayList<>();
    try {
      while (true) {
        group.add(pieces.take());
        pieces.drainTo(group, groupMax - 1);
        write(group);
        group.clear();
      }
    } catch (final InterruptedException e) {
      while (pieces.drainTo(group, groupMax) > 0) {
        write(group);
        group.clear();
      }
    }
  }

  private void write(final List<Piece<?>> group) {
    try {
      try {
        runAll(group);
      } catch (final SQLException e) {
        // Nothing of it was committed, so it can be done again.
        if (!session.tryForget(e)) {
          throw e;
        }
        runAll(group);
      }
      session.connection().commit();
      outage = null;
    } catch (final SQLException e) {
      fail(group, e);
      return;
    } catch (final MothershipException e) {
      if (outage == null || !outage.code().equals(e.code())) {
        LOG.error("records cannot be written for now: {}", SqlErrors.reason(e));
      }
      outage = e;
      if (!session.isLost()) {
        rollBack();
      }
      fail(group, e);
      return;
    } catch (final RuntimeException | Error e) {
      // Whatever it was: without this thread nobody would ever be answered again.
      LOG.error("a group of writes failed: count={}", group.size(), e);
      rollBack();
      fail(group, e);
      return;
    }
    group.forEach(Piece::complete);
  }

  private void runAll(final List<Piece<?>> group) throws SQLException {
    final Transaction current = transaction();
    for (final Piece<?> piece : group) {
      piece.tryRun(current);
    }
  }

  /** The session's; one that is new begins with what was asked for. */
  private Transaction transaction() throws SQLException {
    final Connection connection = session.connection();
    if (transaction.connection() != connection) {
      connection.setAutoCommit(false);
      final Transaction begun = new Transaction(dialect, connection);
      for (final Database.Work<Transaction, ?> work : returns) {
        work.run(begun);
      }
      connection.commit();
      transaction = begun;
    }
    return transaction;
  }

  private void fail(final List<Piece<?>> group, final SQLException cause) {
    final boolean isLost = session.tryForget(cause) || session.isLost();
    if (isLost) {
      outage = SqlErrors.translate(dialect, cause);
    } else {
      LOG.error("a group of writes failed: count={}", group.size(), cause);
      rollBack();
    }
    fail(group, (Throwable) cause);
  }

  private static void fail(final List<Piece<?>> group, final Throwable cause) {
    group.forEach(piece -> piece.fail(cause));
  }

  private void rollBack() {
    try {
      session.connection().rollback();
    } catch (final SQLException e) {
      if (!session.tryForget(e)) {
        LOG.error("roll-back failed", e);
      }
    }
  }

  @Override
  public void close() {
    synchronized (pieces) {
      isClosing = true;
    }
    thread.interrupt();
    try {
      thread.join();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    session.close();
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
      failure = null;
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

    void fail(final Throwable cause) {
      answer.completeExceptionally(failure != null ? failure : cause);
    }
  }
}
