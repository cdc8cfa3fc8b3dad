package io.mothership.signal;

import java.util.ArrayList;
import java.util.List;
import jdk.internal.misc.Signal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals that ask a service for something other than its end: SIGHUP to read its configuration
 * again, SIGUSR1 to open its log anew, SIGUSR2 to let its clients go elsewhere.
 */
public final class Signals implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private final List<Signal> taken = new ArrayList<>();

  /**
   * From now on a signal runs the task, on a thread of the JVM's, instead of ending the process.
   *
   * @param name without {@code SIG}
   */
  public Signals on(final String name, final Runnable task) {
    final Signal signal = new Signal(name);
    Signal.handle(signal, caught -> run(name, task));
    taken.add(signal);
    return this;
  }

  private static void run(final String name, final Runnable task) {
    try {
      task.run();
    } catch (final RuntimeException e) {
      LOG.error("SIG{} was not obeyed: {}", name, e.toString(), e);
    }
  }

  /** From now on nothing happens. */
  @Override
  public void close() {
    taken.forEach(signal -> Signal.handle(signal, Signal.Handler.SIG_IGN));
  }
}
