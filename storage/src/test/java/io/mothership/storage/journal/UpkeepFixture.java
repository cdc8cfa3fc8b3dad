package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.FrameView;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.JournalReader;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.Relocations;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.TestFrames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal of small segments, checkpoints of what lives in it by a rule, and the faults of its
 * disk.
 */
abstract class UpkeepFixture {
  static final int PAYLOAD_MAX = 300;
  static final int COUNT = 4000;

  @TempDir Path directory;
  final FaultyFiles files = new FaultyFiles();
  final TestFrames frames = new TestFrames(PAYLOAD_MAX);
  final long[] locations = new long[3 * COUNT + 1];
  JournalConfig config;
  long sequence;

  @BeforeEach
  void configure() {
    config =
        new JournalConfig(
            directory,
            JournalConfig.SEGMENT_BYTES_MIN,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            0,
            Long.MAX_VALUE,
            files);
  }

  ChronicleJournal open(final RecoveryListener listener) {
    return ChronicleJournal.open(config, listener);
  }

  void append(final ChronicleJournal journal, final int count) {
    for (int i = 0; i < count; i++) {
      sequence++;
      locations[(int) sequence] = frames.append(journal, sequence, journal.report().epoch());
    }
    journal.sync();
  }

  HeldMessages held(final LongPredicate isLive) {
    final HeldMessages held = new HeldMessages("");
    for (long at = 1; at <= sequence; at++) {
      if (isLive.test(at)) {
        held.add(at * 2, locations[(int) at]);
      }
    }
    return held;
  }

  void checkpoint(final ChronicleJournal journal, final LongPredicate isLive) {
    journal
        .upkeep()
        .orElseThrow()
        .checkpoint(
            new Checkpoint(
                sequence,
                locations[(int) sequence],
                journal.report().epoch(),
                TestFrames.timeNs(sequence),
                0),
            held(isLive));
  }

  Relocations keep(final ChronicleJournal journal, final LongPredicate isLive) {
    checkpoint(journal, isLive);
    final Relocations moved = take(journal.upkeep().orElseThrow().free(held(isLive)));
    journal.upkeep().orElseThrow().release();
    return moved;
  }

  Relocations take(final Relocations moved) {
    for (int i = 0; i < moved.count(); i++) {
      assertEquals(3, moved.streamId(i));
      locations[(int) (moved.streamSequence(i) / 2)] = moved.location(i);
    }
    return moved;
  }

  void assertLive(final ChronicleJournal journal, final LongPredicate isLive) {
    final FrameView frame = new FrameView();
    final Random random = new Random(7);
    try (JournalReader reader = journal.reader()) {
      for (int i = 0; i < 2000; i++) {
        final long at = 1 + random.nextInt((int) sequence);
        if (isLive.test(at)) {
          assertTrue(reader.read(locations[(int) at], frame), () -> "message=" + at);
          assertEquals(at, frame.journalSequence());
          assertTrue(frames.isGenuine(frame));
          assertEquals(locations[(int) at], reader.seekSequence(at));
        }
      }
    }
  }

  /** Oldest first. */
  List<Path> checkpoints() throws IOException {
    try (var found = Files.list(directory.resolve("checkpoint"))) {
      return found.sorted().toList();
    }
  }

  static void deleteAll(final Path folder) {
    try (var found = Files.walk(folder)) {
      found
          .sorted(java.util.Comparator.reverseOrder())
          .filter(path -> !path.equals(folder))
          .forEach(path -> path.toFile().delete());
    } catch (final IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static void flip(final Path file, final int offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      final ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
      channel.write(one, offset);
    }
  }

  /** Takes every checkpoint and remembers where the frames after it, and moved ones, lie. */
  static final class Mirror implements RecoveryListener {
    final Map<Long, Long> places = new HashMap<>();

    @Override
    public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
      places.clear();
      return true;
    }

    @Override
    public void onFrame(final FrameView frame, final long location) {
      places.put(frame.journalSequence(), location);
    }
  }
}
