package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Space in front of the appender. */
final class SpaceAheadTest {
  private static final int PAGE = 4096;

  @TempDir private Path folder;

  @Test
  void shouldWriteNoMoreThanAPageAtATime() throws IOException {
    final FaultyFiles files = new FaultyFiles();
    final Path file = folder.resolve("segment");
    final byte[] before = new byte[5 * PAGE];
    Arrays.fill(before, (byte) 1);
    try (FileChannel channel = files.open(file)) {
      channel.write(ByteBuffer.wrap(before));
      new SpaceAhead(files, 64 * PAGE).allocate(channel, 100, 20 * PAGE + 7);
    }
    final byte[] expected = new byte[20 * PAGE + 7];
    Arrays.fill(expected, 0, 100, (byte) 1);
    assertArrayEquals(expected, Files.readAllBytes(file));
    assertEquals(PAGE, files.longestWrite());
  }
}
