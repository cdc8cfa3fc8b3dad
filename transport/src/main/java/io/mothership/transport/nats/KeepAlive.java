package io.mothership.transport.nats;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Sends PINGs and notices when they are not answered.
 *
 * <p>Twice a client is pinged early. Shortly after CONNECT, if it has not sent PING itself: there
 * are programs that take a server for ready only when it says something unasked after INFO. And two
 * seconds after CONNECT in any case, as nats-server does. Later only when it has been silent for an
 * interval.
 *
 * <p><i>Thread:</i> the connection's event loop.
 */
final class KeepAlive {
  private final NatsConnection connection;
  private final EventLoop loop;
  private final NatsConfig config;
  private Future<?> timer;
  private int unanswered;
  private boolean hasActivity;

  KeepAlive(final NatsConnection connection, final EventLoop loop, final NatsConfig config) {
    this.connection = connection;
    this.loop = loop;
    this.config = config;
  }

  void start() {
    schedule(this::onEarly, earlyDelayMs());
  }

  void onConnect() {
    schedule(this::onFirst, config.firstPingDelayMs());
  }

  void onPong() {
    unanswered = 0;
  }

  void onActivity() {
    hasActivity = true;
  }

  void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void onFirst() {
    if (!connection.hasPinged()) {
      ping();
    }
    schedule(this::onEarly, Math.max(0, earlyDelayMs() - config.firstPingDelayMs()));
  }

  private long earlyDelayMs() {
    return Math.min(config.earlyPingDelayMs(), config.pingIntervalMs());
  }

  private void onEarly() {
    unanswered = 0;
    ping();
    schedule(this::onInterval, config.pingIntervalMs());
  }

  private void onInterval() {
    if (!hasActivity && unanswered >= config.pingsUnansweredMax()) {
      connection.fail(NatsErrors.STALE_CONNECTION);
      return;
    }
    if (!hasActivity) {
      ping();
    }
    hasActivity = false;
    schedule(this::onInterval, config.pingIntervalMs());
  }

  private void ping() {
    unanswered++;
    hasActivity = false;
    connection.ping();
  }

  private void schedule(final Runnable task, final long delayMs) {
    stop();
    timer = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }
}
