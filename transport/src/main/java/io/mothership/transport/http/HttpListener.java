package io.mothership.transport.http;

import io.mothership.error.MothershipException;
import io.mothership.transport.loop.SocketDriver;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 server on one port with its routes; a process may have several.
 *
 * <p><i>Thread:</i> any. <i>Back-pressure:</i> connections above the limit are answered 503.
 */
public final class HttpListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

  /** Between these marks a channel is writable again; above the high one its writers wait. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private final HttpConfig config;
  private final RouteTable routes;
  private final Executor handlers;
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLongArray refusals = new AtomicLongArray(HttpErrors.values().length);
  private final AtomicLong bodyBytes = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private volatile boolean isStopping;
  private Channel server;

  /**
   * A listener that is bound to no port: its connections come from elsewhere.
   *
   * @param handlers what routes run on
   */
  HttpListener(
      final HttpConfig config,
      final List<Route> routes,
      final List<? extends UpgradeRoute> upgrades,
      final Executor handlers) {
    this.config = config;
    this.routes = new RouteTable(routes, upgrades);
    this.handlers = handlers;
  }

  /**
   * Binds and serves.
   *
   * @param group the event loops, which stay the caller's
   * @throws MothershipException {@code HTTP_BIND_FAILED}
   */
  public static HttpListener start(
      final HttpConfig config,
      final EventLoopGroup group,
      final List<Route> routes,
      final List<? extends UpgradeRoute> upgrades) {
    final HttpListener listener =
        new HttpListener(
            config, routes, upgrades, task -> Thread.ofVirtual().name("ms-http").start(task));
    listener.bind(group);
    return listener;
  }

  private void bind(final EventLoopGroup group) {
    try {
      server =
          new ServerBootstrap()
              .group(group)
              .channel(SocketDriver.serverChannel(group))
              .option(ChannelOption.SO_BACKLOG, 511)
              .option(ChannelOption.SO_REUSEADDR, true)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
              .childHandler(new HttpInitializer(this))
              .bind(config.host(), config.port())
              .sync()
              .channel();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw bindFailed(e);
    } catch (final Exception e) {
      throw bindFailed(e);
    }
  }

  private MothershipException bindFailed(final Exception cause) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "HTTP_BIND_FAILED",
        "cannot listen for HTTP: host=%s, port=%d: %s"
            .formatted(config.host(), config.port(), cause.getMessage()),
        cause);
  }

  /** The port bound, also when 0 was asked for. */
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** Open connections, those that became WebSockets among them. */
  public int connectionCount() {
    return connections.size();
  }

  /** How often this head refused or ended something for this reason. */
  public long refusalCount(final HttpErrors reason) {
    return refusals.get(reason.ordinal());
  }

  /**
   * Takes no new connections, lets requests under way finish for the configured patience, then
   * closes what is left. Idempotent.
   */
  @Override
  public void close() {
    isStopping = true;
    server.close().awaitUninterruptibly();
    connections.forEach(HttpConnection::stop);
    if (!awaitEmpty(config.times().stopPatienceMs())) {
      LOG.warn("closing connections that did not end in time: count={}", connections.size());
      connections.forEach(HttpConnection::abort);
      awaitEmpty(1_000);
    }
  }

  private boolean awaitEmpty(final long patienceMs) {
    long restNs = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    lock.lock();
    try {
      while (!connections.isEmpty()) {
        if (restNs <= 0) {
          return false;
        }
        restNs = left.awaitNanos(restNs);
      }
      return true;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  HttpConfig config() {
    return config;
  }

  RouteTable routes() {
    return routes;
  }

  /** Each task on a thread of its own. */
  Executor handlers() {
    return handlers;
  }

  /** Taken from the budget of all bodies under way. */
  long reservedBytes() {
    return bodyBytes.get();
  }

  boolean isStopping() {
    return isStopping;
  }

  boolean tryJoin(final HttpConnection connection) {
    connections.add(connection);
    if (connections.size() <= config.connections().max()) {
      return true;
    }
    connections.remove(connection);
    return false;
  }

  void leave(final HttpConnection connection) {
    connections.remove(connection);
    lock.lock();
    try {
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes from the budget of all bodies under way. */
  boolean tryReserve(final long bytes) {
    if (bodyBytes.addAndGet(bytes) <= config.sizes().bodiesBytesMax()) {
      return true;
    }
    bodyBytes.addAndGet(-bytes);
    return false;
  }

  void release(final long bytes) {
    bodyBytes.addAndGet(-bytes);
  }

  void count(final HttpErrors reason) {
    refusals.incrementAndGet(reason.ordinal());
  }
}
