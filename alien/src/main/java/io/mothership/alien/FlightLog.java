package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A log of lines {@code {"t_us":74131,"data":{…}}}, plain or gzip-compressed, read as a stream. */
final class FlightLog implements Recording {

  private final Path file;
  private final BufferedReader lines;
  private long lineNumber;
  private long firstMicros = -1;
  private long offsetMicros;
  private Map<String, Object> data = Map.of();

  private FlightLog(final Path file, final BufferedReader lines) {
    this.file = file;
    this.lines = lines;
  }

  static FlightLog open(final Path file) throws IOException {
    final InputStream in = Files.newInputStream(file);
    try {
      final boolean isCompressed =
          file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz");
      final InputStream text = isCompressed ? new GZIPInputStream(in, 1 << 16) : in;
      return new FlightLog(
          file, new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8)));
    } catch (final IOException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public boolean next() {
    try {
      String line = lines.readLine();
      lineNumber++;
      while (line != null && line.isBlank()) {
        line = lines.readLine();
        lineNumber++;
      }
      if (line == null) {
        return false;
      }
      final Map<String, Object> record = JsonText.readObject(line.getBytes(StandardCharsets.UTF_8));
      if (!(record.get("t_us") instanceof Number time)
          || JsonText.member(record, "data").isEmpty()) {
        throw new IOException("t_us or data is missing");
      }
      if (firstMicros < 0) {
        firstMicros = time.longValue();
      }
      // Logs of several sensors are merged and may step back a little.
      offsetMicros = Math.max(offsetMicros, time.longValue() - firstMicros);
      data = JsonText.member(record, "data");
      return true;
    } catch (final IOException e) {
      throw new AlienException(
          Reason.RECORDING, file + ":" + lineNumber + ": " + e.getMessage(), e);
    }
  }

  @Override
  public long offsetMicros() {
    return offsetMicros;
  }

  @Override
  public Map<String, Object> data() {
    return data;
  }

  @Override
  public void close() {
    try {
      lines.close();
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
