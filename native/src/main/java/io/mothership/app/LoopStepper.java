package io.mothership.app;

import io.mothership.bus.Doorbell;
import io.mothership.dispatch.Spine;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the dispatcher inside the one event loop, in shared threading: after reads, when a bell
 * rings, and every few milliseconds for its timers.
 *
 * <p><i>Thread:</i> rung by any; steps only on the loop. <i>Allocates:</i> nothing of its own.
 */
final class LoopStepper implements Doorbell, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LoopStepper.class);
  private static final long TIMER_PERIOD_MS = 2;

  /** Then the sockets have their turn. */
  private static final int STEPS_MAX = 8;

  private final Spine spine;
  private final EventLoop loop;
  private final AtomicBoolean isRung = new AtomicBoolean();
  private final Runnable onBell = this::onBell;

  LoopStepper(final Spine spine, final EventLoop loop) {
    this.spine = spine;
    this.loop = loop;
  }

  void start() {
    loop.scheduleWithFixedDelay(this, TIMER_PERIOD_MS, TIMER_PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /** Steps until nothing is left to do, or it is the sockets' turn; on the loop. */
  @Override
  public void run() {
    try {
      int steps = 0;
      while (steps < STEPS_MAX && spine.step() > 0) {
        steps++;
      }
      if (steps == STEPS_MAX) {
        ring();
      }
    } catch (final RuntimeException e) {
      LOG.error("the dispatcher failed: {}", e.getMessage(), e);
    }
  }

  @Override
  public void ring() {
    if (!isRung.get() && isRung.compareAndSet(false, true)) {
      try {
        loop.execute(onBell);
      } catch (final RejectedExecutionException e) {
        // The loop has ended; the spine is stepped by whoever closes it.
        isRung.set(false);
      }
    }
  }

  private void onBell() {
    isRung.set(false);
    run();
  }
}
