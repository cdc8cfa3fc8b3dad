package io.mothership.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
  private static final long MIB = 1024 * 1024;

  private final StringWriter text = new StringWriter();
  private long nowNs;

  @Test
  void shouldWriteOverItsLineUntilAllIsDone() {
    try (ProgressBar bar = new ProgressBar(new PrintWriter(text), true, () -> nowNs)) {
      bar.onProgress(MIB, 4 * MIB);
      nowNs += 99_000_000;
      bar.onProgress(2 * MIB, 4 * MIB);
      bar.onProgress(4 * MIB, 4 * MIB);
    }
    final String[] states = text.toString().split("\r");
    assertEquals(3, states.length, "the second state came too soon after the first");
    assertTrue(states[1].startsWith("[##########" + " ".repeat(30) + "]  25 %"), states[1]);
    assertTrue(states[2].contains("100 %  4.0 of 4.0 MiB"), states[2]);
    assertTrue(states[2].endsWith(System.lineSeparator()));
  }

  @Test
  void shouldSayNothingWhereNoTerminalIs() {
    try (ProgressBar bar = new ProgressBar(new PrintWriter(text), false, () -> nowNs)) {
      bar.onProgress(4 * MIB, 4 * MIB);
    }
    assertEquals("", text.toString());
  }
}
