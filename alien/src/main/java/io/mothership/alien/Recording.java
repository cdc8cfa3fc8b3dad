package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * A recorded file, read record by record.
 *
 * <p><em>Thread:</em> one.
 */
sealed interface Recording extends AutoCloseable permits GpxTrack, FlightLog {

  /** Opens a GPX track or an NDJSON log, by the file's name. */
  static Recording open(final Path file) {
    final String name = lowerCaseName(file).replaceFirst("\\.gz$", "");
    try {
      if (name.endsWith(".gpx")) {
        return GpxTrack.read(file);
      }
      if (name.endsWith(".ndjson") || name.endsWith(".jsonl")) {
        return FlightLog.open(file);
      }
    } catch (final IOException e) {
      throw new AlienException(Reason.RECORDING, file + " cannot be read: " + reason(e), e);
    }
    throw new AlienException(
        Reason.RECORDING, file + " is neither .gpx nor .ndjson, .jsonl (also .gz)");
  }

  /** The file's content, unpacked if its name says that it is packed. */
  static InputStream bytes(final Path file) throws IOException {
    final InputStream in = Files.newInputStream(file);
    try {
      return lowerCaseName(file).endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in;
    } catch (final IOException e) {
      in.close();
      throw e;
    }
  }

  private static String lowerCaseName(final Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  private static String reason(final IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no such file";
      case AccessDeniedException denied -> "access denied";
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Goes to the next record that can be used; false at the end. */
  boolean next();

  /** When the current record was taken, in microseconds since the first, never falling. */
  long offsetMicros();

  /** The current record's {@code data} object. */
  Map<String, Object> data();

  /** What could not be used so far, in a line for people; empty if everything was. */
  String remark();

  @Override
  void close();
}
