package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LoggingTest {
  private static String line(final LogRecord record) {
    record.setLoggerName("io.mothership.transport.nats.NatsListener");
    record.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
    return new Logging.Line().format(record).replace(Thread.currentThread().getName(), "T");
  }

  @Test
  void shouldWriteOneLine() {
    assertEquals(
        "2026-01-02T03:04:05.678Z WARN  [T] NatsListener: full\n",
        line(new LogRecord(Level.WARNING, "full")));
  }

  @Test
  void shouldNotLetAMessageForgeLines() {
    assertEquals(
        "2026-01-02T03:04:05.678Z INFO  [T] NatsListener: a\\r\\nb\n",
        line(new LogRecord(Level.INFO, "a\r\nb")));
  }

  @Test
  void shouldGoOnInANewFileWhenTheOldOneWasRenamed(@TempDir final Path folder) throws IOException {
    final Path file = folder.resolve("log");
    Logging.start("info", Optional.of(file));
    try {
      LoggerFactory.getLogger(LoggingTest.class).info("before");
      Files.move(file, folder.resolve("log.1"));
      LoggerFactory.getLogger(LoggingTest.class).info("between");
      Logging.reopen();
      LoggerFactory.getLogger(LoggingTest.class).info("after");
      assertTrue(Files.readString(folder.resolve("log.1")).contains("between"));
      final String second = Files.readString(file);
      assertTrue(second.contains("after") && !second.contains("between"), second);
    } finally {
      Logging.start("info", Optional.empty());
    }
  }

  @Test
  void shouldNotShowWhatLibrariesTryAndDoWithout() {
    Logging.start("trace", Optional.empty());
    try {
      assertTrue(LoggerFactory.getLogger(LoggingTest.class).isTraceEnabled());
      assertFalse(LoggerFactory.getLogger("io.netty.channel.ChannelHandlerMask").isDebugEnabled());
      assertFalse(
          LoggerFactory.getLogger("net.openhft.chronicle.core.cleaner.CleanerServiceLocator")
              .isWarnEnabled());
    } finally {
      Logging.start("info", Optional.empty());
    }
  }

  @Test
  void shouldShowWhatWasThrown() {
    final LogRecord record = new LogRecord(Level.SEVERE, "broken");
    record.setThrown(new IllegalStateException("why"));
    assertTrue(line(record).contains("broken\njava.lang.IllegalStateException: why\n\tat "));
  }
}
