package io.mothership.storage.journal;

import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrozenState;
import io.mothership.journal.JournalReader;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.StateEncoder;
import io.mothership.journal.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Frames of 160 bytes of payload into the journal, with and without a sync per batch, and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AppendBenchmark {
  private static final int BATCH = 256;
  private static final int PAYLOAD = 160;

  private final UnsafeBuffer frame = new UnsafeBuffer(new byte[1024]);
  private final FrameView view = new FrameView();
  private final long[] locations = new long[BATCH];
  private Path folder;
  private ChronicleJournal journal;
  private JournalReader reader;
  private int length;
  private long sequence;

  @Setup
  public void open() throws IOException {
    folder = Files.createTempDirectory("mothership-append");
    journal =
        ChronicleJournal.open(
            JournalConfig.of(folder), RecoveryListener.ofFrames((found, location) -> {}));
    reader = journal.reader();
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of("constellation.telemetry.org-1.entity-1"));
    message.payload().wrap(Slice.of(new byte[PAYLOAD]));
    length = FrameEncoder.encode(frame, 0, RecordType.MESSAGE, Origin.NATS, 0, message);
    appendBatch();
  }

  @TearDown
  public void close() throws IOException {
    reader.close();
    journal.close();
    try (Stream<Path> files = Files.walk(folder)) {
      final List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (final Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }

  /** Keeps the folder small: after two checkpoints nothing before the first is needed. */
  @TearDown(Level.Iteration)
  public void dropOldSegments() {
    journal.sync();
    final Upkeep upkeep = journal.upkeep().orElseThrow();
    upkeep.checkpoint(
        new Checkpoint(sequence, locations[BATCH - 1], 1, sequence, 0), new NothingHeld());
    upkeep.free(new NothingHeld());
    upkeep.release();
  }

  private static final class NothingHeld implements FrozenState {
    @Override
    public void encode(final StateEncoder out) {
      out.i32(0);
    }

    @Override
    public void forEachMessage(final MessageConsumer consumer) {}
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long append() {
    return appendBatch();
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long appendAndCommit() {
    final long last = appendBatch();
    journal.sync();
    return last;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int readByLocation() {
    int found = 0;
    for (int i = 0; i < BATCH; i++) {
      found += reader.read(locations[(i * 37) & (BATCH - 1)], view) ? 1 : 0;
    }
    return found;
  }

  private long appendBatch() {
    for (int i = 0; i < BATCH; i++) {
      sequence++;
      FrameEncoder.stamp(frame, 0, 1, sequence, sequence, sequence, 1, 0);
      locations[i] = journal.append(frame, 0, length);
    }
    return sequence;
  }
}
