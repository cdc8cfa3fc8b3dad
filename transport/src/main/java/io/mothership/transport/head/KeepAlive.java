package io.mothership.transport.head;

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
public final class KeepAlive {
  private final Peer peer;
  private final EventLoop loop;
  private final Times times;
  private Future<?> timer;
  private Future<?> loginTimer;
  private int unanswered;
  private boolean hasActivity;

  public KeepAlive(final Peer peer, final EventLoop loop, final Times times) {
    this.peer = peer;
    this.loop = loop;
    this.times = times;
  }

  /** The connection is up. */
  public void start(final boolean isAwaitingLogin) {
    if (isAwaitingLogin) {
      loginTimer = loop.schedule(this::onLogin, times.authPatienceMs(), TimeUnit.MILLISECONDS);
    }
    schedule(this::onEarly, earlyDelayMs());
  }

  /** The client has said who it is. */
  public void onConnect() {
    cancel(loginTimer);
    schedule(this::onFirst, times.firstPingDelayMs());
  }

  public void onPong() {
    unanswered = 0;
  }

  public void onActivity() {
    hasActivity = true;
  }

  public void stop() {
    cancel(timer);
    cancel(loginTimer);
  }

  private void onLogin() {
    peer.onLoginPatienceOver();
  }

  private void onFirst() {
    if (!peer.hasPinged()) {
      ping();
    }
    schedule(this::onEarly, Math.max(0, earlyDelayMs() - times.firstPingDelayMs()));
  }

  private long earlyDelayMs() {
    return Math.min(times.earlyPingDelayMs(), times.pingIntervalMs());
  }

  private void onEarly() {
    unanswered = 0;
    ping();
    schedule(this::onInterval, times.pingIntervalMs());
  }

  private void onInterval() {
    if (!hasActivity && unanswered >= times.pingsUnansweredMax()) {
      peer.onStale();
      return;
    }
    if (!hasActivity) {
      ping();
    }
    hasActivity = false;
    schedule(this::onInterval, times.pingIntervalMs());
  }

  private void ping() {
    unanswered++;
    hasActivity = false;
    peer.ping();
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

  /**
   * How long what may take.
   *
   * @param authPatienceMs time in which a client has to log in
   * @param firstPingDelayMs time after CONNECT at which a client that has not pinged is pinged
   * @param earlyPingDelayMs time after CONNECT at which every client is pinged
   * @param pingIntervalMs silence after which a client is pinged
   * @param pingsUnansweredMax pings without an answer after which a connection is stale
   */
  public record Times(
      long authPatienceMs,
      long firstPingDelayMs,
      long earlyPingDelayMs,
      long pingIntervalMs,
      int pingsUnansweredMax) {}

  /** The connection. */
  public interface Peer {
    /** Whether the client has pinged by itself. */
    boolean hasPinged();

    void ping();

    /** The time for logging in is over. */
    void onLoginPatienceOver();

    /** Nothing has come for too long. */
    void onStale();
  }
}
