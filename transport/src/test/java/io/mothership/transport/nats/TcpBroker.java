package io.mothership.transport.nats;

import io.mothership.clock.Clock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.StreamLayer;
import io.mothership.dispatch.Threading;
import io.mothership.journal.ListJournal;
import io.mothership.transport.loop.SocketDriver;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A listener on a free port over a spine without streams. */
final class TcpBroker implements AutoCloseable {
  private final EventLoopGroup loops;
  private final Spine spine;
  private final NatsListener listener;

  TcpBroker(final NatsConfig config, final Threading threading) {
    final boolean isShared = threading == Threading.SHARED;
    loops = SocketDriver.best().loops(isShared ? 1 : 2);
    spine =
        new Spine(
            SpineConfig.of(threading, 1024 * 1024),
            new ListJournal(),
            Spine.Recovered.nothing(),
            StreamLayer.none(),
            Clock.system());
    spine.start(() -> {});
    listener =
        new NatsListener(
            config.host("127.0.0.1").port(0),
            spine.ingress(),
            loops,
            new AtomicLong()::incrementAndGet,
            isShared ? this::stepUntilIdle : () -> {});
    listener.start();
  }

  int port() {
    return listener.port();
  }

  NatsListener listener() {
    return listener;
  }

  Spine spine() {
    return spine;
  }

  private void stepUntilIdle() {
    while (spine.step() > 0) {
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    listener.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    spine.close();
  }
}
