package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameView;
import io.mothership.journal.JournalReader;
import io.mothership.journal.TestFrames;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that appends, with SIGKILL at random moments, and compares what is there
 * afterwards with what it had acknowledged. {@code -Dmothership.kill.cycles=N} for more.
 */
final class JournalKillRecoveryIT {
  private static final int CYCLES = Integer.getInteger("mothership.kill.cycles", 10);
  private static final long SEED = Long.getLong("mothership.seed", 42L);

  @TempDir private Path directory;

  @Test
  void shouldKeepEveryAcknowledgedRecordAcrossKills() throws Exception {
    final Random random = new Random(SEED);
    long acknowledged = 0;
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      final Process child = start(random.nextLong());
      final int acksBeforeKill = 1 + random.nextInt(60);
      acknowledged = Math.max(acknowledged, killAfter(child, acksBeforeKill));
      if (cycle % 3 != 2) {
        // Every third time the next process meets the state that the kill left.
        acknowledged = verifyAndAppend(acknowledged);
      }
    }
    verifyAndAppend(acknowledged);
  }

  @Test
  void shouldNotMindAChildThatNobodyReaped() throws Exception {
    // The shell becomes sleep, which never waits for its child: killed, it stays a zombie with its
    // pid.
    final List<String> command =
        new ArrayList<>(List.of("sh", "-c", "\"$@\" & exec sleep 600", "sh"));
    command.addAll(childCommand(1));
    final Process parent = new ProcessBuilder(command).redirectErrorStream(false).start();
    try {
      final BufferedReader lines = parent.inputReader(StandardCharsets.US_ASCII);
      final long pid = Long.parseLong(awaitLine(lines, "pid "));
      final long acknowledged = Long.parseLong(awaitLine(lines, "ack "));
      new ProcessBuilder("kill", "-9", Long.toString(pid)).start().waitFor();
      awaitZombie(Path.of("/proc/" + pid));
      verifyAndAppend(acknowledged);
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldNotMindALockLeftInChroniclesMetadataByAPidThatLivesAgain() throws Exception {
    final Process child = start(7);
    final long acknowledged = killAfter(child, 3);
    final Path metadata = SegmentFiles.chronicleMetadata(SegmentFiles.journalDirectory(directory));
    plantLock(metadata, 1);
    verifyAndAppend(acknowledged);
    final Process second = start(8);
    final long acknowledgedSecond = killAfter(second, 3);
    plantLock(metadata, ProcessHandle.current().pid());
    verifyAndAppend(acknowledgedSecond);
  }

  @Test
  void shouldNameTheProcessThatHasTheDirectory() throws Exception {
    final Process child = start(9);
    try {
      awaitLine(child.inputReader(StandardCharsets.US_ASCII), "ack ");
      final MothershipException refused =
          assertThrows(MothershipException.class, () -> open(new RecordedFrames(0)));
      assertEquals("JOURNAL_LOCKED", refused.code());
      assertTrue(refused.getMessage().contains("pid=" + child.pid()), refused.getMessage());
    } finally {
      child.destroyForcibly().waitFor();
    }
  }

  /** Returns the last sequence that is in the journal afterwards. */
  private long verifyAndAppend(final long acknowledged) {
    final RecordedFrames recorded = new RecordedFrames(AppenderMain.PAYLOAD_MAX);
    try (ChronicleJournal journal = open(recorded)) {
      recorded.assertUnbroken();
      assertTrue(
          recorded.last() >= acknowledged,
          "acknowledged=" + acknowledged + ", found=" + recorded.last());
      assertTrue(journal.report().damage().isEmpty(), journal.report().toString());
      recorded.assertReadable(journal);
      final TestFrames frames = new TestFrames(AppenderMain.PAYLOAD_MAX);
      final long next = recorded.last() + 1;
      final long location = frames.append(journal, next, journal.report().epoch());
      journal.sync();
      final FrameView frame = new FrameView();
      try (JournalReader reader = journal.reader()) {
        assertTrue(reader.read(location, frame));
        assertEquals(next, frame.journalSequence());
        assertEquals(location, reader.seekSequence(next));
      }
      return next;
    }
  }

  private ChronicleJournal open(final RecordedFrames recorded) {
    return ChronicleJournal.open(
        JournalConfig.of(directory).withSegmentBytes(256 * 1024), recorded);
  }

  private long killAfter(final Process child, final int acks) throws Exception {
    long acknowledged = 0;
    final BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII);
    for (int i = 0; i < acks; i++) {
      acknowledged = Long.parseLong(awaitLine(lines, "ack "));
    }
    // Not Process.destroyForcibly: it would close the pipe as well.
    child.toHandle().destroyForcibly();
    // What it wrote into the pipe before it died counts; a torn last line doesn't.
    final String rest = readAll(lines);
    assertFalse(child.waitFor() == 0);
    for (final String line : rest.substring(0, rest.lastIndexOf('\n') + 1).split("\n")) {
      if (line.startsWith("ack ")) {
        acknowledged = Long.parseLong(line.substring(4));
      }
    }
    return acknowledged;
  }

  private static String readAll(final BufferedReader lines) throws IOException {
    final StringBuilder all = new StringBuilder();
    int next = lines.read();
    while (next >= 0) {
      all.append((char) next);
      next = lines.read();
    }
    return all.toString();
  }

  private static String awaitLine(final BufferedReader lines, final String start)
      throws IOException {
    String line = lines.readLine();
    while (line != null && !line.startsWith(start)) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("process ended before it wrote: " + start);
    }
    return line.substring(start.length());
  }

  private static void awaitZombie(final Path process) throws IOException {
    while (!Files.readString(process.resolve("stat")).contains(") Z ") || threads(process) > 1) {
      Thread.onSpinWait();
    }
  }

  private static long threads(final Path process) throws IOException {
    try (var tasks = Files.list(process.resolve("task"))) {
      return tasks.count();
    }
  }

  private Process start(final long seed) throws IOException {
    return new ProcessBuilder(childCommand(seed))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private List<String> childCommand(final long seed) {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("--") || argument.startsWith("-XX:")) {
        command.add(argument);
      }
    }
    command.addAll(List.of("-Xmx128m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(AppenderMain.class.getName(), directory.toString()));
    command.add(Long.toString(seed));
    return command;
  }

  /** Writes an owner into Chronicle's write lock, as a process killed while appending leaves it. */
  private static void plantLock(final Path metadata, final long pid) throws IOException {
    final byte[] bytes = Files.readAllBytes(metadata);
    final byte[] key = "chronicle.write.lock".getBytes(StandardCharsets.US_ASCII);
    int at = 0;
    while (!new String(bytes, at, key.length, StandardCharsets.US_ASCII)
        .equals("chronicle.write.lock")) {
      at++;
    }
    final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    at = (at + key.length + 7) & ~7;
    assertTrue(buffer.getLong(at) == Long.MIN_VALUE || buffer.getLong(at) > 0, "not the lock");
    buffer.putLong(at, pid);
    Files.write(metadata, bytes);
  }
}
