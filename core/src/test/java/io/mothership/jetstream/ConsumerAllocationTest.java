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
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** From a publish over its delivery to its acknowledgement nothing is allocated once warm. */
final class ConsumerAllocationTest {
  private static final int WARM_UP = 60_000;
  private static final int MEASURED = 100_000;
  private static final int BATCH = 50;

  private final ManualClock clock = new ManualClock(StreamFixture.START_NS);
  private final AckingOutbox outbox = new AckingOutbox();
  private final MessageView message = new MessageView();
  private final MessageView ack = new MessageView();
  private final MessageView pull = new MessageView();
  private Spine spine;

  @Test
  void shouldNotAllocateWhenPushed() {
    assertAllocatesNothing(",\"deliver_subject\":\"_INBOX.d\"", "limits", false);
  }

  @Test
  void shouldNotAllocateWhenPulled() {
    assertAllocatesNothing("", "limits", true);
  }

  @Test
  void shouldNotAllocateOnAWorkQueue() {
    assertAllocatesNothing("", "workqueue", true);
  }

  private void assertAllocatesNothing(
      final String members, final String retention, final boolean isPulled) {
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
    request(
        "STREAM.CREATE.T",
        "{\"name\":\"T\",\"subjects\":[\"t.*\"],\"max_msgs\":5000,\"retention\":\""
            + retention
            + "\"}");
    request(
        "CONSUMER.CREATE.T.c",
        "{\"stream_name\":\"T\",\"config\":{\"name\":\"c\",\"durable_name\":\"c\","
            + "\"ack_policy\":\"explicit\""
            + members
            + "}}");
    message.subject().wrap(Slice.of("t.entity"));
    message.payload().wrap(Slice.of("x".repeat(200)));
    pull.subject().wrap(Slice.of("$JS.API.CONSUMER.MSG.NEXT.T.c"));
    pull.reply().wrap(Slice.of("_INBOX.p"));
    pull.payload().wrap(Slice.of("{\"batch\":" + BATCH + ",\"expires\":5000000000}"));
    outbox.isOpen = true;
    publish(WARM_UP, isPulled);
    final long delivered = outbox.count;
    final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long id = Thread.currentThread().threadId();
    final long before = threads.getThreadAllocatedBytes(id);
    publish(MEASURED, isPulled);
    final long allocated = threads.getThreadAllocatedBytes(id) - before;
    assertEquals(MEASURED, outbox.count - delivered);
    // An empty work queue forgets its subjects: each new one costs its name.
    final long bound = retention.equals("workqueue") ? MEASURED : MEASURED / 10;
    assertTrue(allocated < bound, "bytes per message: " + (double) allocated / MEASURED);
    assertEquals(
        retention.equals("workqueue") ? 0 : 5000,
        jetStream.home().stream("T").orElseThrow().messageCount());
  }

  private void request(final String operation, final String body) {
    final MessageView request = new MessageView();
    request.subject().wrap(Slice.of("$JS.API." + operation));
    request.payload().wrap(Slice.of(body));
    spine.ingress().tryPublish(1, Origin.NATS, 0, 0, request);
    step();
  }

  private void publish(final int count, final boolean isPulled) {
    for (int i = 0; i < count; i++) {
      if (isPulled && i % BATCH == 0) {
        offer(pull);
      }
      offer(message);
      if (i % BATCH == BATCH - 1) {
        clock.advanceNs(1_000_000L);
        step();
      }
    }
    step();
  }

  private void offer(final MessageView view) {
    while (spine.ingress().tryPublish(1, Origin.NATS, 0, 0, view) < 0) {
      step();
    }
  }

  private void step() {
    while (spine.stepAll() != 0) {
      Thread.onSpinWait();
    }
  }

  /** Acknowledges every message at once. */
  private final class AckingOutbox extends QuietOutbox {
    private final UnsafeBuffer subject = new UnsafeBuffer(new byte[256]);
    private boolean isOpen;
    private long count;

    @Override
    public int offerMessage(final byte[] sid, final MessageView received) {
      final Slice reply = received.reply();
      if (!isOpen || reply.isEmpty()) {
        return 1;
      }
      count++;
      subject.putBytes(0, reply.buffer(), reply.offset(), reply.length());
      ack.subject().wrap(subject, 0, reply.length());
      if (spine.ingress().tryPublish(1, Origin.NATS, 0, 0, ack) < 0) {
        throw new IllegalStateException("ingress ring is full");
      }
      return 1;
    }
  }
}
