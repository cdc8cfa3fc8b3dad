package io.mothership.transport.nats;

import io.mothership.clock.ManualClock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.StreamLayer;
import io.mothership.dispatch.Threading;
import io.mothership.journal.ListJournal;
import io.mothership.transport.head.BufferBudget;
import io.mothership.transport.head.ChunkPool;
import io.mothership.transport.head.ConnectionRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The head's own handlers on embedded channels, over a real spine that is stepped by hand. */
final class NatsHarness implements AutoCloseable {
  private static final long BUFFER_BYTES_MAX = 256L * 1024 * 1024;

  private final Spine spine;
  private final AtomicLong ids = new AtomicLong();
  private final NatsCounters counters = new NatsCounters();
  private final ConnectionRegistry<NatsConnection> registry = new ConnectionRegistry<>();
  private final BufferBudget buffers;
  private final ChunkPool chunks;

  NatsHarness() {
    this(SpineConfig.of(Threading.INVOKER, 1024 * 1024));
  }

  NatsHarness(final SpineConfig config) {
    this(config, BUFFER_BYTES_MAX);
  }

  NatsHarness(final SpineConfig config, final long bufferBytesMax) {
    buffers = new BufferBudget(bufferBytesMax);
    chunks = new ChunkPool(1024, 64, 16 * 1024, buffers);
    spine =
        new Spine(
            config,
            new ListJournal(),
            Spine.Recovered.nothing(),
            StreamLayer.none(),
            new ManualClock(1_700_000_000_000_000_000L));
    spine.start(() -> {});
  }

  Spine spine() {
    return spine;
  }

  BufferBudget buffers() {
    return buffers;
  }

  NatsCounters counters() {
    return counters;
  }

  ConnectionRegistry<NatsConnection> registry() {
    return registry;
  }

  /** Everything that is due in the spine. */
  void step() {
    while (spine.stepAll() != 0) {
      Thread.onSpinWait();
    }
    spine.stepAll();
  }

  NatsContext context(final NatsConfig config, final Runnable afterRead) {
    return new NatsContext(
        config.conclude(),
        spine.ingress(),
        ids::incrementAndGet,
        afterRead,
        new NatsGreeting(config, "NTEST"),
        chunks,
        buffers,
        counters,
        registry);
  }

  /** A client whose reads are followed by a step of the spine. */
  Client connect(final NatsConfig config) {
    return new Client(context(config, this::step));
  }

  /** A client that does nothing for the spine. */
  Client connectUnstepped(final NatsConfig config) {
    return new Client(context(config, () -> {}));
  }

  @Override
  public void close() {
    spine.close();
    chunks.close();
  }

  /** The other end of an embedded channel. */
  static final class Client implements AutoCloseable {
    private static final long TICK_MS = 50;

    private final EmbeddedChannel channel;
    private final NatsConnection connection;

    Client(final NatsContext context) {
      channel = new EmbeddedChannel();
      channel.freezeTime();
      connection = new NatsConnection(context, channel);
      channel.pipeline().addLast(connection.decoder(), connection);
      channel.pipeline().fireChannelActive();
    }

    EmbeddedChannel channel() {
      return channel;
    }

    NatsConnection connection() {
      return connection;
    }

    void send(final byte[] bytes, final int offset, final int length) {
      if (channel.isOpen()) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, offset, length));
        channel.runPendingTasks();
      }
    }

    void send(final byte[] bytes) {
      send(bytes, 0, bytes.length);
    }

    void send(final String text) {
      send(Transcript.bytes(text));
    }

    void passMs(final long ms) {
      for (long passed = 0; passed < ms; passed += TICK_MS) {
        channel.advanceTimeBy(Math.min(TICK_MS, ms - passed), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
      }
    }

    /** What came since the last call, one char a byte. */
    String received() {
      final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        final byte[] copy = new byte[out.readableBytes()];
        out.readBytes(copy);
        bytes.writeBytes(copy);
        out.release();
      }
      return Transcript.text(bytes.toByteArray());
    }

    boolean isClosed() {
      return !channel.isOpen();
    }

    @Override
    public void close() {
      channel.finishAndReleaseAll();
    }
  }
}
