package io.mothership.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go and how they look: one line each, {@code time level thread class: message}. On
 * a standard error that is systemd's journal, a priority of syslog's takes the place of time and
 * level.
 *
 * <p><i>Thread:</i> set up once by main; logging itself is for any thread.
 */
public final class Logging {
  private static final Map<String, Level> LEVELS =
      Map.of(
          "error", Level.SEVERE,
          "warn", Level.WARNING,
          "warning", Level.WARNING,
          "info", Level.INFO,
          "debug", Level.FINE,
          "trace", Level.FINEST);

  /**
   * What other people's code has to say is of interest only when it goes wrong, at the most
   * detailed level too: it shows stack traces of what it tries and does without.
   */
  private static final Map<String, Level> FLOORS =
      Map.of(
          "net.openhft", Level.WARNING,
          // Says at every start that it works without JNA, which we leave out.
          "net.openhft.affinity", Level.SEVERE,
          // Looks for a way to free memory that is freed by another one.
          "net.openhft.chronicle.core.cleaner", Level.SEVERE,
          "io.netty", Level.WARNING,
          "io.nats", Level.WARNING,
          "sun", Level.WARNING,
          "jdk", Level.WARNING);

  private static final long RESET_PATIENCE_NS = TimeUnit.MILLISECONDS.toNanos(30);

  // The log manager keeps loggers weakly; these have levels of ours.
  private static final List<Logger> KEPT = FLOORS.keySet().stream().map(Logger::getLogger).toList();

  private static Lines handler = new Lines(System.err, false);
  private static Optional<Path> file = Optional.empty();
  private static Level level = Level.INFO;

  private Logging() {}

  /**
   * Starts logging.
   *
   * @param levelName {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}
   * @param logFile to append to; standard error if empty
   */
  public static synchronized void start(final String levelName, final Optional<Path> logFile) {
    level = LEVELS.getOrDefault(levelName, Level.INFO);
    file = logFile;
    handler =
        logFile
            .map(path -> new Lines(append(path), false))
            .orElseGet(() -> new Lines(System.err, isJournal(System.getenv("JOURNAL_STREAM"))));
    LogManager.getLogManager().reset();
    install();
  }

  /** Opens the file of the log anew, which somebody may have renamed; standard error stays. */
  public static synchronized void reopen() {
    if (file.isPresent()) {
      handler.reopen(append(file.get()));
      LoggerFactory.getLogger(Logging.class).info("the log was opened anew: {}", file.get());
    }
  }

  /** Logs more or less than until now. */
  static void level(final String levelName) {
    level = LEVELS.getOrDefault(levelName, Level.INFO);
    setLevels();
  }

  /**
   * Whether standard error is the stream that {@code JOURNAL_STREAM} names; who has inherited the
   * name may have been redirected elsewhere.
   */
  private static boolean isJournal(final String stream) {
    if (stream == null) {
      return false;
    }
    try {
      final Map<String, Object> file =
          Files.readAttributes(Path.of("/proc/self/fd/2"), "unix:dev,ino");
      return stream.equals(file.get("dev") + ":" + file.get("ino"));
    } catch (final IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /**
   * Keeps logging alive while the process ends: the log manager takes its handlers away in a
   * shutdown hook of its own, at the same time as ours runs.
   */
  static void outliveShutdown() {
    final Logger root = Logger.getLogger("");
    final long deadline = System.nanoTime() + RESET_PATIENCE_NS;
    while (root.getHandlers().length != 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(100_000L);
    }
    if (root.getHandlers().length == 0) {
      install();
    }
  }

  private static void install() {
    final Logger root = Logger.getLogger("");
    handler.setLevel(Level.ALL);
    root.addHandler(handler);
    setLevels();
  }

  private static void setLevels() {
    Logger.getLogger("").setLevel(level);
    for (final Logger logger : KEPT) {
      logger.setLevel(FLOORS.get(logger.getName()));
    }
  }

  private static OutputStream append(final Path file) {
    try {
      return Files.newOutputStream(
          file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot log to " + file + ": " + e.getMessage(), e);
    }
  }

  /** Writes and flushes line by line. */
  private static final class Lines extends StreamHandler {
    Lines(final OutputStream out, final boolean isJournal) {
      super(out, isJournal ? new JournalLine() : new Line());
    }

    @Override
    public synchronized void publish(final LogRecord record) {
      super.publish(record);
      flush();
    }

    /** Goes on in another stream; the one until now is closed. */
    void reopen(final OutputStream out) {
      setOutputStream(out);
    }

    /** Standard error stays open. */
    @Override
    public synchronized void close() {
      flush();
    }
  }

  /** One record as one line, with its stack trace below if it has one. */
  static class Line extends Formatter {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Override
    public String format(final LogRecord record) {
      final StringBuilder line = new StringBuilder(160);
      final String name = record.getLoggerName() == null ? "" : record.getLoggerName();
      line.append(beginning(record))
          .append('[')
          .append(Thread.currentThread().getName())
          .append("] ")
          .append(name.substring(name.lastIndexOf('.') + 1))
          .append(": ")
          .append(oneLine(formatMessage(record)))
          .append('\n');
      if (record.getThrown() != null && !record.getLevel().equals(Level.INFO)) {
        final var trace = new java.io.ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(trace, false, StandardCharsets.UTF_8)) {
          record.getThrown().printStackTrace(print);
        }
        line.append(trace.toString(StandardCharsets.UTF_8));
      }
      return line.toString();
    }

    String beginning(final LogRecord record) {
      return TIME.format(Instant.ofEpochMilli(record.getMillis()))
          + ' '
          + levelName(record.getLevel())
          + ' ';
    }

    private static String levelName(final Level level) {
      final int value = level.intValue();
      if (value >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      if (value >= Level.WARNING.intValue()) {
        return "WARN ";
      }
      if (value >= Level.INFO.intValue()) {
        return "INFO ";
      }
      return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    /** A message cannot forge lines. */
    private static String oneLine(final String message) {
      return message.indexOf('\n') < 0 && message.indexOf('\r') < 0
          ? message
          : message.replace("\r", "\\r").replace("\n", "\\n");
    }
  }

  /** One record for systemd's journal, which has its own clock; see sd-daemon(3). */
  static final class JournalLine extends Line {
    private static final int ERROR = 3;
    private static final int WARNING = 4;
    private static final int INFO = 6;
    private static final int DEBUG = 7;

    @Override
    public String format(final LogRecord record) {
      final String lines = super.format(record);
      // Each line of a stack trace becomes an entry.
      return lines.substring(0, lines.length() - 1).replace("\n", '\n' + beginning(record)) + '\n';
    }

    @Override
    String beginning(final LogRecord record) {
      return "<" + priority(record.getLevel().intValue()) + ">";
    }

    private static int priority(final int level) {
      if (level >= Level.SEVERE.intValue()) {
        return ERROR;
      }
      if (level >= Level.WARNING.intValue()) {
        return WARNING;
      }
      return level >= Level.INFO.intValue() ? INFO : DEBUG;
    }
  }
}
