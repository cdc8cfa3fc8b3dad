package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.clock.Clock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.StreamLayer;
import io.mothership.dispatch.Threading;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.journal.HeapJournal;
import io.netty.channel.DefaultEventLoop;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The dispatcher in an event loop, with a client that counts what it gets. */
final class LoopStepperTest {
  private static final long CONNECTION_ID = 1;

  private final Spine spine =
      new Spine(
          SpineConfig.of(Threading.INVOKER, 1024),
          new HeapJournal(),
          Spine.Recovered.nothing(),
          StreamLayer.none(),
          Clock.system());
  private final Counter counter = new Counter();
  private final DefaultEventLoop loop = new DefaultEventLoop();
  private final LoopStepper stepper = new LoopStepper(spine, loop);

  @BeforeEach
  void subscribe() {
    spine.start(stepper);
    spine
        .ingress()
        .tryOpen(new SessionOpening(CONNECTION_ID, 0, Origin.NATS, counter, true, false, false));
    spine.ingress().trySubscribe(CONNECTION_ID, Slice.of("1"), Slice.of("a"), Slice.of(""));
  }

  @AfterEach
  void close() throws InterruptedException {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
    spine.close();
  }

  @Test
  void shouldStepUntilNothingIsLeft() {
    publish(1000);
    stepper.run();
    assertEquals(1000, counter.messages);
  }

  @Test
  void shouldGiveSocketsATurnAndComeBack() throws InterruptedException, ExecutionException {
    publish(5000);
    final int first = loop.submit(() -> stepThenCount()).get();
    assertTrue(first > 0 && first < 5000, () -> "first=" + first);
    int last = first;
    // Each turn runs behind what the one before asked for.
    for (int turn = 0; turn < 10 && last < 5000; turn++) {
      last = loop.submit(() -> counter.messages).get();
    }
    assertEquals(5000, last);
  }

  private int stepThenCount() {
    stepper.run();
    return counter.messages;
  }

  private void publish(final int count) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of("a"));
    for (int i = 0; i < count; i++) {
      assertTrue(spine.ingress().tryPublish(CONNECTION_ID, Origin.NATS, 0, 0, message) >= 0);
    }
  }

  /** A client of whom only the number of messages is known. */
  private static final class Counter extends QuietOutbox {
    private int messages;

    @Override
    public int offerMessage(final byte[] sid, final MessageView message) {
      return ++messages;
    }
  }
}
