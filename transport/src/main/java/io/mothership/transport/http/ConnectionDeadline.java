package io.mothership.transport.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The one thing that a connection waits for at a time. Event loop. */
final class ConnectionDeadline {
  private Future<?> timer;

  /** From now on waits for this only. */
  void arm(final ChannelHandlerContext context, final long delayMs, final Runnable task) {
    disarm();
    timer = context.executor().schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }

  void disarm() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
