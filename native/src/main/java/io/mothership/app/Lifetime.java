package io.mothership.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGTERM and SIGINT into an orderly end with exit code 0; other signals may ask for it too.
 *
 * <p><i>Thread:</i> made and used by main; the signal comes on a thread of the JVM's.
 */
public final class Lifetime implements AutoCloseable {
  private static final long END_PATIENCE_S = 120;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onShutdown, "ms-shutdown");
  private volatile int exitCode;

  /** From now on a signal ends {@link #await}. */
  public Lifetime() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Asks the process to end. */
  public void end() {
    asked.countDown();
  }

  /** Waits until the process is asked to end. */
  public void await() throws InterruptedException {
    asked.await();
  }

  /** Waits until the process is asked to end or the time has passed; true if it was asked. */
  public boolean await(final long patienceMs) throws InterruptedException {
    return asked.await(patienceMs, TimeUnit.MILLISECONDS);
  }

  /** Whether a signal came. */
  public boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** What the process answers if a signal ends it. */
  public void exitCode(final int code) {
    exitCode = code;
  }

  /** Everything is closed: the process may end now. */
  @Override
  public void close() {
    ended.countDown();
    if (!isAsked()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (final IllegalStateException e) {
        // The signal came just now: the hook runs and finds everything closed.
      }
    }
  }

  private void onShutdown() {
    asked.countDown();
    Logging.outliveShutdown();
    try {
      if (!ended.await(END_PATIENCE_S, TimeUnit.SECONDS)) {
        exitCode = 1;
      }
    } catch (final InterruptedException e) {
      exitCode = 1;
    }
    // Otherwise the exit code would be the signal's.
    Runtime.getRuntime().halt(exitCode);
  }
}
