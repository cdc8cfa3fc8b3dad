package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.ManualClock;
import io.mothership.error.MothershipException;
import io.mothership.json.JsonObject;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.JournalVerification;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data folders written by earlier versions, which every later one opens. A change of the format on
 * disk adds a folder here and keeps the others: {@code -Dmothership.fixture=FILE.zip} writes one.
 */
final class OldFormatTest {
  private static final int COUNT = 900;
  private static final int KEYS = 7;
  private static final int KEPT = 40;
  private static final long START_NS = 1_800_000_000_000_000_000L;

  @TempDir private Path folder;
  private final ManualClock clock = new ManualClock(START_NS);

  /** Before lost messages were part of a checkpoint's state: its version is 3. */
  @Test
  void shouldOpenFormat1() throws IOException {
    shouldOpen("format-1.zip");
  }

  /** State of version 4: every column of every message is there, as a distance from the last. */
  @Test
  void shouldOpenFormat2() throws IOException {
    shouldOpen("format-2.zip");
  }

  /** State of version 5. */
  @Test
  void shouldOpenFormat3() throws IOException {
    shouldOpen("format-3.zip");
  }

  @Test
  void shouldRefuseFilesOfANewerVersionAndSayWhatToDo() throws IOException {
    unpack("format-3.zip");
    refuseNewer(
        SegmentFiles.list(folder.resolve("journal")).lastEntry().getValue(), 0x4745534D, 52);
    refuseNewer(folder.resolve("journal").resolve("journal.state"), 0x5453534D, 60);
    try (var checkpoints = Files.list(folder.resolve("checkpoint"))) {
      final Path newest = checkpoints.sorted().toList().getLast();
      refuseNewer(newest, 0x5048434D, 60);
    }
    try (SteppedBroker broker = open()) {
      checkAll(broker);
    }
  }

  /** Raises the version of every header in a file that begins with these bytes, and opens. */
  private void refuseNewer(final Path file, final int magic, final int crcOffset)
      throws IOException {
    final byte[] before = Files.readAllBytes(file);
    final ByteBuffer bytes = ByteBuffer.wrap(before.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at <= Math.min(bytes.capacity(), 16 * 1024) - crcOffset - 4; at += 4) {
      if (bytes.getInt(at) == magic) {
        bytes.putShort(at + 4, (short) 99);
        final CRC32C crc = new CRC32C();
        crc.update(bytes.array(), at, crcOffset);
        bytes.putInt(at + crcOffset, (int) crc.getValue());
      }
    }
    Files.write(file, bytes.array());
    final MothershipException refused = assertThrows(MothershipException.class, this::open);
    assertEquals("JOURNAL_NEWER", refused.code());
    assertTrue(refused.getMessage().contains("version=99"), refused::getMessage);
    assertTrue(refused.getMessage().contains("Install that version again"), refused::getMessage);
    assertArrayEquals(bytes.array(), Files.readAllBytes(file), "nothing was changed");
    Files.write(file, before);
  }

  /** Segments of both kinds and a checkpoint that knows the first of them. */
  private void shouldOpen(final String name) throws IOException {
    unpack(name);
    final JournalVerification found = JournalVerification.of(folder);
    assertTrue(found.isGood(), found::toString);
    assertEquals(2, found.checkpoints());
    assertTrue(
        SegmentFiles.list(folder.resolve("journal")).keySet().stream()
            .anyMatch(SegmentFiles::isRewritten));
    clock.advanceNs(1_000_000_000L);
    try (SteppedBroker broker = open()) {
      assertTrue(broker.journal().report().damage().isEmpty());
      assertTrue(broker.journal().report().checkpoint().isPresent());
      checkAll(broker);
      broker.publish("log.new", "", "after");
      broker.settle();
    }
    try (SteppedBroker broker = open()) {
      assertEquals("after", payload(broker, "LOG", COUNT + 1));
    }
  }

  @Test
  void shouldWriteTheNextFixtureWhenAsked() throws IOException {
    final String target = System.getProperty("mothership.fixture", "");
    Assumptions.assumeFalse(target.isEmpty(), "no file is named to write a fixture to");
    try (SteppedBroker broker = open()) {
      create(broker, "LOG", "log.>", "\"max_msgs\":" + KEPT);
      create(broker, "KV_K", "$KV.K.>", "\"max_msgs_per_subject\":1");
      for (int i = 1; i <= COUNT; i++) {
        broker.publish("log." + i % 3, "", text(i));
        if (i <= KEYS || i == COUNT) {
          broker.publish("$KV.K.key" + i, "NATS/1.0\r\nA: b\r\n\r\n", text(-i));
        }
        broker.settle();
        clock.advanceNs(1_000_000L);
      }
      checkAll(broker);
    }
    pack(Path.of(target));
  }

  private SteppedBroker open() {
    return new SteppedBroker(
        new JournalConfig(
            folder,
            JournalConfig.SEGMENT_BYTES_MIN,
            JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
            0,
            Long.MAX_VALUE,
            FileFacade.system()),
        48 * 1024,
        clock);
  }

  private static void create(
      final SteppedBroker broker, final String name, final String subject, final String limit) {
    broker.request(
        "STREAM.CREATE." + name,
        "{\"name\":\"" + name + "\",\"subjects\":[\"" + subject + "\"]," + limit + "}");
  }

  private static void checkAll(final SteppedBroker broker) {
    final JsonObject log = broker.request("STREAM.INFO.LOG", "").object("state");
    assertEquals(KEPT, log.number("messages", -1));
    assertEquals(COUNT, log.number("last_seq", -1));
    for (int i = COUNT - KEPT + 1; i <= COUNT; i++) {
      assertEquals(text(i), payload(broker, "LOG", i));
    }
    for (int i = 1; i <= KEYS; i++) {
      assertEquals(text(-i), payload(broker, "KV_K", i));
    }
    assertEquals(text(-COUNT), payload(broker, "KV_K", KEYS + 1));
  }

  private static String text(final int number) {
    return number + ":" + "payload of a record ".repeat(12);
  }

  private static String payload(
      final SteppedBroker broker, final String stream, final long sequence) {
    final JsonObject answer =
        broker.request("STREAM.MSG.GET." + stream, "{\"seq\":" + sequence + "}");
    return new String(
        Base64.getDecoder().decode(answer.object("message").string("data", "")),
        StandardCharsets.US_ASCII);
  }

  private void unpack(final String name) throws IOException {
    try (InputStream in = OldFormatTest.class.getResourceAsStream(name);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        final Path file = folder.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
  }

  private void pack(final Path target) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(target));
        var found = Files.walk(folder)) {
      final Path[] files = found.filter(Files::isRegularFile).sorted().toArray(Path[]::new);
      for (final Path file : Arrays.asList(files)) {
        final String name = folder.relativize(file).toString();
        if (name.startsWith("journal") || name.startsWith("checkpoint")) {
          zip.putNextEntry(new ZipEntry(name));
          zip.write(Files.readAllBytes(file));
          zip.closeEntry();
        }
      }
    }
  }
}
