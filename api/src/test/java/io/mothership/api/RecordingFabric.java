package io.mothership.api;

import io.mothership.bus.Fabric;
import io.mothership.bus.Tap;
import io.mothership.bus.TapStart;
import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** A fabric that keeps what is published in a list, for tests of the services alone. */
public final class RecordingFabric implements Fabric {
  private static final long START_NS = 1_700_000_000_000_000_000L;
  private static final long STEP_NS = 1_000_000_000L;

  private final List<Publication> publications = new ArrayList<>();
  private final List<UnsafeBuffer> frames = new ArrayList<>();
  private final List<MothershipException> refusals = new ArrayList<>();
  private final AtomicLong reads = new AtomicLong();
  private int droppedBelow;

  /** The next publications fail like this, one each. */
  public synchronized void refuseNext(final MothershipException... causes) {
    refusals.addAll(Arrays.asList(causes));
  }

  /** Forgets the oldest records, as retention does. */
  public synchronized void drop(final int count) {
    droppedBelow = count;
  }

  public synchronized List<Publication> publications() {
    return List.copyOf(publications);
  }

  /** Records handed to taps since the last call. */
  public long takeReads() {
    return reads.getAndSet(0);
  }

  /** Record time of the record with this journal sequence. */
  public static long timeNs(final long sequence) {
    return START_NS + sequence * STEP_NS;
  }

  @Override
  public synchronized CompletableFuture<PublishAck> publish(final Publication publication) {
    if (!refusals.isEmpty()) {
      return CompletableFuture.failedFuture(refusals.removeFirst());
    }
    final Optional<String> stream = stream(publication.subject());
    if (stream.isEmpty()) {
      return CompletableFuture.failedFuture(
          new MothershipException(Category.INPUT, "NO_STREAM", "no stream keeps this subject"));
    }
    publications.add(publication);
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(publication.subject()));
    message.payload().wrap(Slice.of(publication.payload()));
    final UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameEncoder.frameLength(message)]);
    FrameEncoder.encode(frame, 0, RecordType.MESSAGE, Origin.INTERNAL, 0, message);
    FrameEncoder.outboxId(frame, 0, publication.outboxId());
    final long sequence = frames.size() + 1L;
    FrameEncoder.stamp(frame, 0, 1, sequence, sequence, timeNs(sequence), 1, 0);
    frames.add(frame);
    notifyAll();
    return CompletableFuture.completedFuture(new PublishAck(stream.get(), sequence, false));
  }

  private static Optional<String> stream(final String subject) {
    final String[] tokens = subject.split("\\.");
    return switch (tokens[1]) {
      case "telemetry", "events", "entities", "commands" ->
          Optional.of("CONSTELLATION_" + tokens[1].toUpperCase(java.util.Locale.ROOT));
      default -> Optional.empty();
    };
  }

  @Override
  public void send(final Publication publication) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Received> request(
      final Publication publication, final Duration patience) {
    throw new UnsupportedOperationException();
  }

  @Override
  public AutoCloseable subscribe(final String subject, final Consumer<Received> consumer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized Tap tap(final TapStart start) {
    return new ListTap(
        switch (start) {
          case TapStart.Oldest oldest -> 0;
          case TapStart.Now now -> frames.size();
          case TapStart.AfterSequence(final long after) -> after;
          case TapStart.AtTime(final long timeNs) ->
              Math.clamp((timeNs - START_NS - 1) / STEP_NS, 0, frames.size());
        });
  }

  @Override
  public void close() {}

  private final class ListTap implements Tap {
    private final FrameView view = new FrameView();
    private long sequence;
    private long dropped;
    private boolean isCaughtUp;

    ListTap(final long sequence) {
      this.sequence = sequence;
    }

    @Override
    public int poll(final Tap.Consumer consumer, final int limit) {
      int count = 0;
      while (count < limit && committedSequence() > sequence) {
        synchronized (RecordingFabric.this) {
          if (sequence < droppedBelow) {
            dropped += droppedBelow - sequence;
            sequence = droppedBelow;
            continue;
          }
        }
        sequence++;
        final UnsafeBuffer frame;
        synchronized (RecordingFabric.this) {
          frame = frames.get((int) sequence - 1);
        }
        view.wrap(frame, 0);
        reads.incrementAndGet();
        consumer.onRecord(stream(subject(view)).orElseThrow(), view);
        count++;
      }
      isCaughtUp = count < limit;
      return count;
    }

    private static String subject(final FrameView frame) {
      return frame
          .buffer()
          .getStringWithoutLengthUtf8(frame.subjectOffset(), frame.subjectLength());
    }

    @Override
    public void await(final long patienceMs) throws InterruptedException {
      synchronized (RecordingFabric.this) {
        if (frames.size() <= sequence) {
          RecordingFabric.this.wait(patienceMs);
        }
      }
    }

    @Override
    public boolean isCaughtUp() {
      return isCaughtUp;
    }

    @Override
    public long journalSequence() {
      return sequence;
    }

    @Override
    public long committedSequence() {
      synchronized (RecordingFabric.this) {
        return frames.size();
      }
    }

    @Override
    public long takeDropped() {
      final long taken = dropped;
      dropped = 0;
      return taken;
    }

    @Override
    public void close() {}
  }
}
