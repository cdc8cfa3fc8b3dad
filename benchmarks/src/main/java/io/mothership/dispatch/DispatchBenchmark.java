package io.mothership.dispatch;

import io.mothership.bus.Ingress;
import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.clock.Clock;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.journal.HeapJournal;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a connection into the ring, and from the ring to a core subscriber's outbox. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBenchmark {
  private static final int BATCH = 256;
  private static final int PAYLOAD = 160;

  private final CountingOutbox outbox = new CountingOutbox();
  private final MessageView message = new MessageView();
  private Spine spine;
  private Ingress encodeOnly;
  private Ingress.Drain discard;

  @Setup
  public void open() {
    message.subject().wrap(Slice.of("constellation.telemetry.org-1.entity-1"));
    message.payload().wrap(Slice.of(new byte[PAYLOAD]));
    spine =
        new Spine(
            SpineConfig.of(Threading.INVOKER, 1024 * 1024),
            new HeapJournal(),
            Spine.Recovered.nothing(),
            StreamLayer.none(),
            Clock.system());
    spine.start(() -> {});
    spine.ingress().tryOpen(new SessionOpening(1, 0, Origin.NATS, outbox, true, true, true));
    spine
        .ingress()
        .trySubscribe(1, Slice.of("1"), Slice.of("constellation.telemetry.>"), new Slice());
    spine.step();
    encodeOnly = new Ingress(2 * 1024 * 1024, null);
    discard = encodeOnly.new Drain(new Discard());
  }

  /** Encode the frame in place in the ring, and read it out again without looking at it. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int encodeToRing() {
    for (int i = 0; i < BATCH; i++) {
      encodeOnly.tryPublish(1, Origin.NATS, 0, 0, message);
    }
    return encodeOnly.drain(discard, BATCH);
  }

  /** The same, and route it to one subscriber. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long ringToDispatch() {
    for (int i = 0; i < BATCH; i++) {
      spine.ingress().tryPublish(1, Origin.NATS, 0, 0, message);
    }
    spine.step();
    return outbox.count;
  }

  private static final class CountingOutbox extends QuietOutbox {
    private long count;

    @Override
    public int offerMessage(final byte[] sid, final MessageView delivered) {
      count++;
      return delivered.payload().length();
    }
  }

  private static final class Discard implements Ingress.Handler {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void onPublish(final long connectionId, final FrameView frame) {}

    @Override
    public void onSubscribe(
        final long connectionId, final Slice sid, final Slice subject, final Slice queue) {}

    @Override
    public void onUnsubscribe(final long connectionId, final Slice sid, final long max) {}

    @Override
    public void onOpen(final SessionOpening opening) {}

    @Override
    public void onClose(final long connectionId) {}

    @Override
    public void onPong(final long connectionId) {}

    @Override
    public void onControl(final long connectionId, final Slice line) {}
  }
}
