package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mothership.frame.FrameView;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.TestFrames;
import io.mothership.storage.recovery.ByteEdits;
import io.mothership.storage.recovery.JournalVerification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A journal's directory in which any file was changed: it opens, serves only what was appended, and
 * what is appended next is there after another start. The fuzzer knows no way to forge a frame: it
 * would have to find a CRC behind a stamp that depends on the place.
 */
final class JournalFuzzTest {
  private static final int PAYLOAD_MAX = 900;

  @TempDir private static Path folder;
  private static final Map<String, byte[]> WHOLE = new TreeMap<>();
  private static long runs;

  @BeforeAll
  static void write() throws IOException {
    final Path data = folder.resolve("whole");
    final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    try (ChronicleJournal journal = open(data, RecoveryListener.ofFrames((frame, at) -> {}))) {
      for (long sequence = 1; journal.segments().length < 2; sequence++) {
        frames.append(journal, sequence, 1);
      }
      journal.sync();
      // Taken while it is open: what an unclean stop leaves.
      for (final String name : names(data)) {
        WHOLE.put(name, Files.readAllBytes(data.resolve(name)));
      }
    }
  }

  @FuzzTest
  void shouldOpenWhateverTheFilesHold(final FuzzedDataProvider input) throws IOException {
    final Path data = folder.resolve("run-" + ++runs);
    final List<String> names = List.copyOf(WHOLE.keySet());
    final String victim = names.get(input.consumeInt(0, names.size() - 1));
    final byte[] changed = ByteEdits.apply(input, WHOLE.get(victim));
    for (final Map.Entry<String, byte[]> file : WHOLE.entrySet()) {
      final Path path = data.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getKey().equals(victim) ? changed : file.getValue());
    }
    try {
      check(data);
    } finally {
      delete(data);
    }
  }

  private static void check(final Path data) throws IOException {
    JournalVerification.of(data);
    final List<Long> found = new ArrayList<>();
    final long next;
    try (ChronicleJournal journal = open(data, genuine(found))) {
      readAll(journal, found);
      next = journal.report().lastSequence() + 1;
      final TestFrames frames = new TestFrames(PAYLOAD_MAX);
      final long location = frames.append(journal, next, journal.report().epoch());
      journal.sync();
      try (JournalReader reader = journal.reader()) {
        final FrameView frame = new FrameView();
        assertTrue(reader.read(location, frame) && frames.isGenuine(frame));
      }
      found.add(next);
    }
    final List<Long> again = new ArrayList<>();
    try (ChronicleJournal journal = open(data, genuine(again))) {
      assertEquals(found, again);
      assertTrue(journal.report().isClean());
    }
  }

  /** Every frame is one that was appended, and no later one comes first. */
  private static RecoveryListener genuine(final List<Long> found) {
    final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    return RecoveryListener.ofFrames(
        (frame, location) -> {
          assertTrue(frames.isGenuine(frame), "a frame that never was");
          assertTrue(found.isEmpty() || found.getLast() < frame.journalSequence());
          found.add(frame.journalSequence());
        });
  }

  private static void readAll(final ChronicleJournal journal, final List<Long> expected) {
    final TestFrames frames = new TestFrames(PAYLOAD_MAX);
    final FrameView frame = new FrameView();
    final List<Long> read = new ArrayList<>();
    try (JournalReader reader = journal.reader()) {
      for (long at = reader.first(); at != Journal.NOWHERE; at = reader.next(at)) {
        assertTrue(reader.read(at, frame) && frames.isGenuine(frame));
        read.add(frame.journalSequence());
      }
    }
    assertEquals(expected, read);
  }

  private static ChronicleJournal open(final Path data, final RecoveryListener listener) {
    return ChronicleJournal.open(
        new JournalConfig(
            data,
            JournalConfig.SEGMENT_BYTES_MIN,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            0,
            Long.MAX_VALUE,
            new UnsyncedFiles()),
        listener);
  }

  private static List<String> names(final Path data) throws IOException {
    try (var files = Files.walk(data)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> data.relativize(file).toString())
          .filter(name -> !name.endsWith(".lock") && !name.endsWith(".cq4t"))
          .toList();
    }
  }

  private static void delete(final Path data) throws IOException {
    try (var files = Files.walk(data)) {
      for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
