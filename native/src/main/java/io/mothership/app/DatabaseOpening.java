package io.mothership.app;

import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.SqlConfig;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * The registry being opened on a thread of its own: that takes as long as recovering a small
 * journal, and neither needs the other.
 *
 * <p><i>Thread:</i> one; what is opened is any thread's.
 */
final class DatabaseOpening implements AutoCloseable {
  private final FutureTask<Database> opening;
  private final Thread opener;

  private DatabaseOpening(final SqlConfig config) {
    opening = new FutureTask<>(() -> Database.open(config));
    opener = Thread.ofPlatform().name("ms-sql-open").daemon().unstarted(opening);
  }

  /** Begins. */
  static DatabaseOpening begin(final SqlConfig config) {
    final DatabaseOpening begun = new DatabaseOpening(config);
    begun.opener.start();
    return begun;
  }

  /**
   * Waits until it is open.
   *
   * @throws io.mothership.error.MothershipException as {@link Database#open} does
   */
  Database await() {
    try {
      return opening.get();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the registry was opened", e);
    } catch (final ExecutionException e) {
      if (e.getCause() instanceof final RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("the registry cannot be opened", e.getCause());
    }
  }

  /** Closes what was opened; one that does not answer yet is waited for no longer. */
  @Override
  public void close() throws InterruptedException {
    opener.interrupt();
    opener.join();
    if (opening.state() == Future.State.SUCCESS) {
      opening.resultNow().close();
    }
  }
}
