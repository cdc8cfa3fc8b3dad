package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * A recorded file, read record by record.
 *
 * <p><em>Thread:</em> one.
 */
sealed interface Recording extends AutoCloseable permits GpxTrack, FlightLog {

  /** Opens a GPX track or an NDJSON log, by the file's name. */
  static Recording open(final Path file) {
    final String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    try {
      if (name.endsWith(".gpx")) {
        return GpxTrack.read(file);
      }
      if (name.endsWith(".ndjson")
          || name.endsWith(".jsonl")
          || name.endsWith(".ndjson.gz")
          || name.endsWith(".jsonl.gz")) {
        return FlightLog.open(file);
      }
    } catch (final IOException e) {
      throw new AlienException(Reason.RECORDING, file + " cannot be read: " + e.getMessage(), e);
    }
    throw new AlienException(
        Reason.RECORDING, file + " is neither .gpx nor .ndjson, .jsonl (also .gz)");
  }

  /** Goes to the next record; false at the end. */
  boolean next();

  /** When the current record was taken, in microseconds since the first, never falling. */
  long offsetMicros();

  /** The current record's {@code data} object. */
  Map<String, Object> data();

  @Override
  void close();
}
