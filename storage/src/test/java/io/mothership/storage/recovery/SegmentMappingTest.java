package io.mothership.storage.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader sees of a segment when reading does not go its way. */
final class SegmentMappingTest {
  private static final int LENGTH = 200 * 1024;

  @TempDir private Path folder;
  private final byte[] bytes = new byte[LENGTH];
  private Path file;

  @BeforeEach
  void write() throws IOException {
    new Random(3).nextBytes(bytes);
    file = Files.write(folder.resolve("segment"), bytes);
  }

  @Test
  void shouldShowEverythingToWhoIsToldToEndMeanwhile() throws IOException {
    try (SegmentMapping mapping = SegmentMapping.open(FileFacade.system(), file)) {
      Thread.currentThread().interrupt();
      mapping.touchAll();
      assertTrue(Thread.interrupted(), "whoever told it is heard later");
      assertTrue(mapping.isComplete());
      for (int at = 0; at < LENGTH; at++) {
        assertEquals(bytes[at], mapping.buffer().getByte(at));
      }
    }
  }

  @Test
  void shouldShowNothingOfWhatWasCutOff() throws IOException {
    final int rest = 100 * 1024;
    try (SegmentMapping mapping = SegmentMapping.open(FileFacade.system(), file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(rest);
      }
      mapping.touchAll();
      for (int at = 0; at < LENGTH; at++) {
        assertEquals(at < rest ? bytes[at] : 0, mapping.buffer().getByte(at));
      }
    }
  }
}
