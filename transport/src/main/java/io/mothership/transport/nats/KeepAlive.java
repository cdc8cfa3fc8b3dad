package io.mothership.transport.nats;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Sends PINGs, and notices when they, or a login, do not come back in time.
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
  private Future<?> loginTimer;
  private int unanswered;
  private boolean hasActivity;

  KeepAlive(final NatsConnection connection, final EventLoop loop, final NatsConfig config) {
    this.connection = connection;
    this.loop = loop;
    this.config = config;
  }

  void start(final boolean isAwaitingLogin) {
    if (isAwaitingLogin) {
      loginTimer = loop.schedule(this::onLogin, config.authPatienceMs(), TimeUnit.MILLISECONDS);
    }
    schedule(this::onEarly, earlyDelayMs());
  }

  void onConnect() {
    cancel(loginTimer);
    schedule(this::onFirst, config.firstPingDelayMs());
  }

  void onPong() {
    unanswered = 0;
  }

  void onActivity() {
    hasActivity = true;
  }

  void stop() {
    cancel(timer);
    cancel(loginTimer);
  }

  private void onLogin() {
    if (connection.isAwaitingLogin()) {
      connection.fail(NatsErrors.AUTHENTICATION_TIMEOUT);
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
    cancel(timer);
    timer = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }

  private static void cancel(final Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }
}
