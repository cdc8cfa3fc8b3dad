package io.mothership.transport.http;

import io.mothership.error.MothershipException;
import io.mothership.transport.loop.BindFailure;
import io.mothership.transport.loop.SocketDriver;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 server on one port with its routes; a process may have several.
 *
 * <p><i>Thread:</i> any. <i>Back-pressure:</i> above the limit of connections the idle ones make
 * room; if there are none, new ones are answered 503.
 */
public final class HttpListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);

  /** Between these marks a channel is writable again; above the high one its writers wait. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private final RouteTable routes;
  private final Executor handlers;
  private final HttpConnectionRegistry connections = new HttpConnectionRegistry();
  private final HttpCounters counters;
  private final AtomicLong bodyBytes = new AtomicLong();
  private volatile HttpConfig config;
  private volatile OriginRules origins;
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
    this.origins = origins(config);
    this.routes = new RouteTable(routes, upgrades);
    this.counters = new HttpCounters(routes, upgrades);
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
        BindFailure.text("HTTP", config.host(), config.port(), cause, config.remedy()),
        cause);
  }

  private static OriginRules origins(final HttpConfig config) {
    final InetAddress address = new InetSocketAddress(config.host(), config.port()).getAddress();
    return new OriginRules(config.origins(), address != null && address.isLoopbackAddress());
  }

  /**
   * Serves connections from now on as {@code changed} says, requests on open ones too as far as
   * limits and origins go; its address must be as before.
   */
  public void reconfigure(final HttpConfig changed) {
    if (!changed.host().equals(config.host()) || changed.port() != config.port()) {
      throw new IllegalArgumentException("a bound listener keeps its address");
    }
    config = changed;
    origins = origins(changed);
  }

  /** The port bound, also when 0 was asked for. */
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** Open connections, those that became WebSockets among them. */
  public int connectionCount() {
    return connections.count();
  }

  /** What this listener has counted. */
  public HttpCounters counters() {
    return counters;
  }

  /** How often this head refused or ended something for this reason. */
  public long refusalCount(final HttpErrors reason) {
    return counters.refusals(reason);
  }

  /**
   * Takes no new connections, lets requests under way finish for the configured patience, then
   * closes what is left. Idempotent.
   */
  @Override
  public void close() {
    isStopping = true;
    server.close().awaitUninterruptibly();
    connections.snapshot().forEach(HttpMember::stop);
    if (!connections.awaitEmpty(config.times().stopPatienceMs())) {
      LOG.warn("closing connections that did not end in time: count={}", connections.count());
      connections.snapshot().forEach(HttpMember::abort);
      connections.awaitEmpty(1_000);
    }
  }

  HttpConfig config() {
    return config;
  }

  RouteTable routes() {
    return routes;
  }

  /**
   * Runs a task on a thread of its own.
   *
   * @param whenItDies runs if the task does not come to its end
   */
  void startThread(final Runnable task, final Runnable whenItDies) {
    handlers.execute(
        () -> {
          try {
            task.run();
          } catch (final Throwable e) {
            LOG.error("a request's thread died", e);
            whenItDies.run();
          }
        });
  }

  /** Taken from the budget of all bodies under way. */
  long reservedBytes() {
    return bodyBytes.get();
  }

  boolean isStopping() {
    return isStopping;
  }

  HttpConnectionRegistry connections() {
    return connections;
  }

  OriginRules origins() {
    return origins;
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
    counters.count(reason);
  }
}
