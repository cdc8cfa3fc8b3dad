package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.management.ManagementFactory;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/**
 * From the read buffer through the ring and the dispatcher to the written chunk, nothing is
 * allocated.
 */
final class NatsAllocationTest {
  private static final int MESSAGES_PER_READ = 200;
  private static final int READS = 500;

  /** What the embedded channel itself may need; far below one byte a message. */
  private static final long SLACK_BYTES = 32 * 1024;

  @Test
  void shouldAllocateNothingPerMessage() throws Exception {
    // Event loops run on such threads, and Netty recycles its own objects on no others.
    final FutureTask<Boolean> task = new FutureTask<>(this::measure, true);
    new FastThreadLocalThread(task).start();
    assertTrue(task.get());
  }

  private void measure() {
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (NatsHarness harness = new NatsHarness();
        NatsHarness.Client client = harness.connect(new NatsConfig())) {
      client.send(
          "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\nSUB f.> 1\r\n");
      final String read =
          ("PUB f.a.telemetry 100\r\n"
                  + "p".repeat(100)
                  + "\r\n"
                  + "HPUB f.b.telemetry reply.here 23 123\r\nNATS/1.0\r\nId: 12345\r\n\r\n"
                  + "h".repeat(100)
                  + "\r\n")
              .repeat(MESSAGES_PER_READ / 2);
      final ByteBuf bytes = Unpooled.directBuffer().writeBytes(Transcript.bytes(read));
      pump(client.channel(), bytes);
      pump(client.channel(), bytes);
      final long id = Thread.currentThread().threadId();
      final long before = threads.getThreadAllocatedBytes(id);
      final long received = pump(client.channel(), bytes);
      final long allocated = threads.getThreadAllocatedBytes(id) - before;
      assertTrue(received > (long) READS * MESSAGES_PER_READ * 100, "received=" + received);
      assertEquals(3L * READS * MESSAGES_PER_READ, harness.counters().messagesIn());
      assertTrue(allocated < SLACK_BYTES, "allocated=" + allocated);
      bytes.release();
    }
  }

  private static long pump(final EmbeddedChannel channel, final ByteBuf bytes) {
    long received = 0;
    for (int i = 0; i < READS; i++) {
      bytes.readerIndex(0);
      channel.pipeline().fireChannelRead(bytes.retain());
      channel.pipeline().fireChannelReadComplete();
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        received += out.readableBytes();
        out.release();
      }
    }
    return received;
  }
}
