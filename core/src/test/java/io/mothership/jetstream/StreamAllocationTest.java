package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.clock.ManualClock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.jetstream.model.JetStreamConfig;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * From the ingress ring to the acknowledgement, a publish into a stream allocates nothing once
 * warm.
 */
final class StreamAllocationTest {
  private static final int WARM_UP = 60_000;
  private static final int MEASURED = 100_000;
  private static final String HEADERS = "NATS/1.0\r\nNats-Msg-Id: 0000000000\r\n\r\n";
  private static final int ID_END = HEADERS.length() - 4;

  private final ManualClock clock = new ManualClock(StreamFixture.START_NS);
  private final CountingOutbox outbox = new CountingOutbox();
  private final MessageView message = new MessageView();
  private final UnsafeBuffer headers =
      new UnsafeBuffer(HEADERS.getBytes(StandardCharsets.US_ASCII));
  private final UnsafeBuffer subject =
      new UnsafeBuffer("t.entity-000".getBytes(StandardCharsets.US_ASCII));
  private Spine spine;
  private int published;

  @Test
  void shouldNotAllocateWhenSynced() {
    assertAllocatesNothing("");
  }

  @Test
  void shouldNotAllocateAtIntervals() {
    assertAllocatesNothing(",\"metadata\":{\"mothership.sync\":\"interval\"}");
  }

  private void assertAllocatesNothing(final String members) {
    final JetStream jetStream = new JetStream(JetStreamConfig.defaults().withDomain("d"));
    spine =
        new Spine(
            SpineConfig.of(Threading.INVOKER, 64 * 1024),
            new BlackHoleJournal(),
            Spine.Recovered.nothing(),
            jetStream,
            clock);
    spine.start(() -> {});
    spine.ingress().tryOpen(new SessionOpening(1, 0, Origin.NATS, outbox, true, true, true));
    spine.ingress().trySubscribe(1, Slice.of("1"), Slice.of("_INBOX.>"), new Slice());
    message.subject().wrap(Slice.of("$JS.API.STREAM.CREATE.T"));
    message
        .payload()
        .wrap(
            Slice.of(
                "{\"name\":\"T\",\"subjects\":[\"t.*\"],\"max_msgs\":5000,\"max_age\":1000000000"
                    + members
                    + "}"));
    spine.ingress().tryPublish(1, Origin.NATS, 0, 0, message);
    step();
    message.clear();
    message.subject().wrap(subject, 0, subject.capacity());
    message.reply().wrap(Slice.of("_INBOX.a"));
    message.headers().wrap(headers, 0, headers.capacity());
    message.payload().wrap(Slice.of("x".repeat(200)));
    publish(WARM_UP);
    final long acknowledged = outbox.count;
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long id = Thread.currentThread().threadId();
    final long before = threads.getThreadAllocatedBytes(id);
    publish(MEASURED);
    final long allocated = threads.getThreadAllocatedBytes(id) - before;
    assertEquals(MEASURED, outbox.count - acknowledged);
    assertEquals(0, outbox.refused);
    assertTrue(allocated < MEASURED / 10, "bytes per message: " + (double) allocated / MEASURED);
  }

  private void publish(final int count) {
    for (int i = 0; i < count; i++) {
      int number = published++;
      subject.putByte(subject.capacity() - 1, (byte) ('0' + number % 7));
      for (int at = ID_END - 1; at >= ID_END - 10; at--) {
        headers.putByte(at, (byte) ('0' + number % 10));
        number /= 10;
      }
      while (spine.ingress().tryPublish(1, Origin.NATS, 0, 0, message) < 0) {
        step();
      }
      if (i % 100 == 99) {
        clock.advanceNs(10_000_000L);
        step();
      }
    }
    step();
  }

  private void step() {
    while (spine.stepAll() != 0) {
      Thread.onSpinWait();
    }
  }

  private static final class CountingOutbox extends QuietOutbox {
    private long count;
    private long refused;

    @Override
    public int offerMessage(final byte[] sid, final MessageView received) {
      count++;
      if (received.payload().byteAt(2) == 'e') {
        refused++;
      }
      return 1;
    }
  }
}
