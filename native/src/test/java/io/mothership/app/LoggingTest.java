package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

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
  void shouldShowWhatWasThrown() {
    final LogRecord record = new LogRecord(Level.SEVERE, "broken");
    record.setThrown(new IllegalStateException("why"));
    assertTrue(line(record).contains("broken\njava.lang.IllegalStateException: why\n\tat "));
  }
}
