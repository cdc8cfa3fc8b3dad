package io.mothership.transport.nats;

import io.mothership.bus.Ingress;
import io.mothership.error.MothershipException;
import io.mothership.transport.head.BufferBudget;
import io.mothership.transport.head.ChunkPool;
import io.mothership.transport.head.ConnectionRegistry;
import io.mothership.transport.loop.BindFailure;
import io.mothership.transport.loop.SocketDriver;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The NATS port: binds, accepts, and goes away politely.
 *
 * <p><i>Thread:</i> any but an event loop.
 */
public final class NatsListener implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(NatsListener.class);

  private static final int CHUNK_LENGTH = 32 * 1024;
  private static final int CHUNKS_KEPT_MAX = 256;
  private static final int SID_LENGTH_MAX = 4096;
  private static final int LINE_ROOM = 256;
  private static final int BACKLOG = 1024;
  private static final String ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int ID_LENGTH = 55;

  private final EventLoopGroup loops;
  private final String serverId;
  private final NatsCounters counters = new NatsCounters();
  private final ConnectionRegistry<NatsConnection> registry = new ConnectionRegistry<>();
  private final BufferBudget buffers;
  private final ChunkPool chunks;
  private volatile NatsContext context;
  private Channel server;

  /**
   * @param loops event loops; not closed here
   * @param connectionIds gives each connection of any head in this process its own number, from 1
   * @param afterRead run on an event loop when something may have been put into the ring: drains it
   *     if the dispatcher lives on that loop, otherwise does nothing
   */
  public NatsListener(
      final NatsConfig config,
      final Ingress ingress,
      final EventLoopGroup loops,
      final LongSupplier connectionIds,
      final Runnable afterRead) {
    config.conclude();
    this.loops = loops;
    final int lineLengthMax = 2 * config.controlLineBytesMax() + SID_LENGTH_MAX + LINE_ROOM;
    this.serverId = config.serverId().isEmpty() ? randomId() : config.serverId();
    this.buffers = new BufferBudget(config.clientBytesMax());
    this.chunks = new ChunkPool(CHUNK_LENGTH, CHUNKS_KEPT_MAX, lineLengthMax, buffers);
    this.context =
        new NatsContext(
            config,
            ingress,
            connectionIds,
            afterRead,
            new NatsGreeting(config, serverId),
            chunks,
            buffers,
            counters,
            registry);
  }

  /**
   * Starts to accept.
   *
   * @throws MothershipException {@code LISTEN_FAILED}
   */
  public void start() {
    final NatsConfig config = context.config();
    final InetSocketAddress address = new InetSocketAddress(config.host(), config.port());
    final ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(SocketDriver.serverChannel(loops))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(2 * CHUNK_LENGTH, 4 * CHUNK_LENGTH))
            .childHandler(new NatsInitializer(() -> context));
    final ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "LISTEN_FAILED",
          BindFailure.text(
              "NATS clients",
              config.host(),
              config.port(),
              bound.cause(),
              "use --nats HOST:PORT, or -p PORT"),
          bound.cause());
    }
    server = bound.channel();
    LOGGER.info("Listening for client connections on {}:{}", config.host(), port());
  }

  /**
   * Serves connections from now on as {@code config} says; its address, and what sizes the buffers
   * ({@code max_payload}, {@code max_control_line}), must be as before. Connections that are open
   * keep their limits, but those whose login or rights are no longer the same are ended.
   *
   * @throws MothershipException {@code NATS_CONFIG}; nothing has changed then
   */
  public void reconfigure(final NatsConfig config) {
    context = context.with(config.conclude(), new NatsGreeting(config, serverId));
    for (final EventExecutor loop : loops) {
      // A loop brings a connection up in one go: here each has the new context, or is registered.
      loop.execute(() -> readmit(loop, config.logins()));
    }
  }

  private void readmit(final EventExecutor loop, final NatsLogins logins) {
    for (final NatsConnection connection : registry.snapshot()) {
      if (connection.channel().eventLoop() == loop) {
        connection.readmit(logins);
      }
    }
  }

  /** What new connections are served by. */
  public NatsConfig config() {
    return context.config();
  }

  /** The port that is listened on. */
  public int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  public NatsCounters counters() {
    return counters;
  }

  /** Connections at this moment. */
  public int connectionCount() {
    return registry.count();
  }

  /** What unfinished messages and backlogs of clients take. */
  public long clientBytes() {
    return buffers.usedBytes();
  }

  /**
   * Lame duck: stops accepting, tells every client to go elsewhere, and then closes their
   * connections one by one over the configured time. Returns when all are closed, or soon after
   * that time.
   */
  public void drain() throws InterruptedException {
    stopAccepting();
    final Collection<NatsConnection> connections = registry.snapshot();
    if (connections.isEmpty()) {
      return;
    }
    for (final NatsConnection connection : connections) {
      connection.channel().eventLoop().execute(connection::announceLameDuck);
    }
    final NatsConfig config = context.config();
    final CountDownLatch open = new CountDownLatch(connections.size());
    final long delayMs = config.lameDuckMs() / 2;
    final double pauseMs = (double) (config.lameDuckMs() - delayMs) / connections.size();
    int index = 0;
    for (final NatsConnection connection : connections) {
      final long at = delayMs + (long) (pauseMs * index++);
      connection.channel().closeFuture().addListener(closed -> open.countDown());
      connection.channel().eventLoop().schedule(connection::shutDown, at, TimeUnit.MILLISECONDS);
    }
    open.await(config.lameDuckMs() + 2 * config.farewellMs(), TimeUnit.MILLISECONDS);
  }

  /** Stops accepting and closes every connection without further ado. */
  @Override
  public void close() {
    stopAccepting();
    for (final NatsConnection connection : registry.snapshot()) {
      connection.channel().close().awaitUninterruptibly();
    }
    chunks.close();
  }

  private void stopAccepting() {
    if (server != null) {
      server.close().awaitUninterruptibly();
    }
  }

  private static String randomId() {
    final SecureRandom random = new SecureRandom();
    final StringBuilder id = new StringBuilder("N");
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ID_LETTERS.charAt(random.nextInt(ID_LETTERS.length())));
    }
    return id.toString();
  }
}
