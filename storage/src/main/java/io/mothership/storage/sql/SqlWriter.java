package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import java.io.IOException;
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

  /** Writes, after which what was committed is carried to where it stays. */
  private static final int WRITE_BACK_AFTER = 256;

  private final Dialect dialect;
  private final SqlSession session;
  private final int groupMax;
  private final BlockingQueue<Piece<?>> pieces;
  private final List<Database.Work<Transaction, ?>> returns = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private Transaction transaction;
  private volatile MothershipException outage;
  private volatile MothershipException failure;
  private int unwritten;
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
    writer.transaction = new Transaction(config.dialect(), session.statements());
    writer.thread.start();
    return writer;
  }

  void onReturn(final Database.Work<Transaction, ?> work) {
    returns.add(work);
  }

  /** Throws what stands in the way of writes, if that is the disk or the database's absence. */
  void requireSession() {
    requireDisk();
    final MothershipException last = outage;
    if (last != null) {
      throw last;
    }
  }

  private void requireDisk() {
    final MothershipException first = failure;
    if (first != null) {
      throw first;
    }
  }

  /** Whether the disk failed, and nothing is written any more. */
  boolean isFailed() {
    return failure != null;
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
      requireDisk();
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
      if (isFailed()) {
        fail(group, e);
        return;
      }
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
    unwritten += group.size();
    if (unwritten >= WRITE_BACK_AFTER) {
      writeBack();
    }
  }

  private void writeBack() {
    unwritten = 0;
    try {
      dialect.writeBack(session.connection());
    } catch (final SQLException e) {
      if (!tryStop(e) && !session.tryForget(e)) {
        LOG.error("writing back failed, it is tried again later: {}", e.toString());
      }
    }
  }

  /** Stops for good if the disk failed: what it did not write once it may never have. */
  private boolean tryStop(final SQLException cause) {
    if (dialect.kind(cause) != SqlErrors.SQL_DISK_FAILED) {
      return false;
    }
    LOG.error(
        "the disk failed and no record is changed until a restart; what was confirmed is kept,"
            + " reading goes on. Look at the disk, then restart: {}",
        cause.getMessage());
    mark(dialect);
    failure =
        SqlErrors.SQL_DISK_FAILED.exception(
            "the disk failed: no record is changed until a restart");
    return true;
  }

  /** Tells the next start. */
  static void mark(final Dialect dialect) {
    try {
      dialect.onDiskFailed();
    } catch (final IOException e) {
      // Before it takes files again it has to be mounted anew, which is as good as the mark.
      LOG.error("the failed disk takes no new file: {}", e.toString());
    }
  }

  private void runAll(final List<Piece<?>> group) throws SQLException {
    final Transaction current = transaction();
    for (final Piece<?> piece : group) {
      piece.tryRun(current, dialect);
    }
  }

  /** The session's; one that is new begins with what was asked for. */
  private Transaction transaction() throws SQLException {
    final Connection connection = session.connection();
    if (transaction.connection() != connection) {
      connection.setAutoCommit(false);
      final Transaction begun = new Transaction(dialect, session.statements());
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
    if (tryStop(cause)) {
      // Not rolled back: that may write, and nobody comes after it.
      fail(group, failure);
      return;
    }
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
    if (!isFailed() && !session.isLost()) {
      writeBack();
    }
    if (!isFailed()) {
      session.close();
    }
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

    /** Runs the work; its own failure undoes only itself, the disk's everything. */
    void tryRun(final Transaction transaction, final Dialect dialect) throws SQLException {
      failure = null;
      final Savepoint savepoint = transaction.connection().setSavepoint();
      try {
        result = work.run(transaction);
        transaction.connection().releaseSavepoint(savepoint);
      } catch (final SQLException | RuntimeException e) {
        if (e instanceof final SQLException sql && dialect.kind(sql) == SqlErrors.SQL_DISK_FAILED) {
          throw sql;
        }
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
