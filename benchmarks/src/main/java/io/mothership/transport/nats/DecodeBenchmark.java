package io.mothership.transport.nats;

import io.mothership.clock.Clock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.StreamLayer;
import io.mothership.dispatch.Threading;
import io.mothership.journal.HeapJournal;
import io.mothership.transport.head.BufferBudget;
import io.mothership.transport.head.ChunkPool;
import io.mothership.transport.head.ConnectionRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Bytes of a read through the decoder and the connection into the ring, and out of it to nobody.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodeBenchmark {
  private static final int BATCH = 256;
  private static final int PAYLOAD = 160;
  private static final int CHUNK_LENGTH = 32 * 1024;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private Spine spine;
  private ByteBuf publishes;

  @Setup
  public void open() {
    spine =
        new Spine(
            SpineConfig.of(Threading.INVOKER, 1024 * 1024),
            new HeapJournal(),
            Spine.Recovered.nothing(),
            StreamLayer.none(),
            Clock.system());
    spine.start(() -> {});
    final NatsConfig config = new NatsConfig().conclude();
    final BufferBudget buffers = new BufferBudget(config.clientBytesMax());
    final NatsContext context =
        new NatsContext(
            config,
            spine.ingress(),
            new AtomicLong()::incrementAndGet,
            this::drain,
            new NatsGreeting(config, "BENCHMARK"),
            new ChunkPool(CHUNK_LENGTH, BATCH, CHUNK_LENGTH, buffers),
            buffers,
            new NatsCounters(),
            new ConnectionRegistry<>());
    final NatsConnection connection = new NatsConnection(context, channel);
    channel.pipeline().addLast(connection.decoder(), connection);
    channel.pipeline().fireChannelActive();
    channel.writeInbound(bytes("CONNECT {\"verbose\":false,\"headers\":true}\r\n"));
    channel.releaseOutbound();
    publishes =
        bytes(
            ("PUB constellation.telemetry.org-1.entity-1 "
                    + PAYLOAD
                    + "\r\n"
                    + "x".repeat(PAYLOAD)
                    + "\r\n")
                .repeat(BATCH));
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void decodeToRing() {
    publishes.readerIndex(0);
    channel.pipeline().fireChannelRead(publishes.retain());
    channel.pipeline().fireChannelReadComplete();
    channel.runPendingTasks();
  }

  /** As the event loop does after each read when the dispatcher lives on it. */
  private void drain() {
    while (spine.step() != 0) {
      Thread.onSpinWait();
    }
  }

  private static ByteBuf bytes(final String text) {
    return Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
