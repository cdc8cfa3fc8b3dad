package io.mothership.signal;

import jdk.internal.misc.Signal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP, which by custom asks a service to read its configuration again. */
public final class HangUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);
  private static final Signal SIGNAL = new Signal("HUP");

  private HangUp() {}

  /** From now on SIGHUP runs the task, on a thread of the JVM's, instead of ending the process. */
  public static HangUp runs(final Runnable task) {
    Signal.handle(SIGNAL, signal -> run(task));
    return new HangUp();
  }

  private static void run(final Runnable task) {
    try {
      task.run();
    } catch (final RuntimeException e) {
      LOG.error("SIGHUP was not obeyed: {}", e.toString(), e);
    }
  }

  /** From now on nothing happens. */
  @Override
  public void close() {
    Signal.handle(SIGNAL, Signal.Handler.SIG_IGN);
  }
}
