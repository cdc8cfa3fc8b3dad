package io.mothership.alien;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.mothership.alien.AlienException.Reason;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A log of lines {@code {"t_us":74131,"data":{…}}}, plain or gzip-compressed, read as a stream.
 *
 * <p>A line that cannot be used is passed over and counted; {@link #remark} names the first.
 */
final class FlightLog implements Recording {
  private static final int LINE_BYTES_MAX = 1 << 20;

  /** What programs write that know more numbers than JSON does. */
  private static final Pattern NO_NUMBER = Pattern.compile("(?i)[:\\[,]\\s*-?(nan|inf(inity)?)\\b");

  private final Path file;
  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
  private long lineNumber;
  private long unusable;
  private String firstUnusable = "";
  private long firstMicros;
  private boolean isBegun;
  private long offsetMicros;
  private Map<String, Object> data = Map.of();

  private FlightLog(final Path file, final InputStream in) {
    this.file = file;
    this.in = in;
  }

  static FlightLog open(final Path file) throws IOException {
    return new FlightLog(file, new BufferedInputStream(Recording.bytes(file), 1 << 16));
  }

  @Override
  public boolean next() {
    try {
      while (readLine()) {
        lineNumber++;
        if (isBlank()) {
          continue;
        }
        final String fault = take();
        if (fault.isEmpty()) {
          return true;
        }
        unusable++;
        if (firstUnusable.isEmpty()) {
          firstUnusable = file + ":" + lineNumber + ": " + fault;
        }
      }
    } catch (final IOException e) {
      // A cut gzip file, say: nothing behind this can be had.
      throw new AlienException(
          Reason.RECORDING, file + ":" + (lineNumber + 1) + ": " + e.getMessage(), e);
    }
    if (!isBegun) {
      throw new AlienException(
          Reason.RECORDING, firstUnusable.isEmpty() ? file + " has no records" : firstUnusable);
    }
    return false;
  }

  /** Reads to the end of the line, or so far that it is known to be too long; false at the end. */
  private boolean readLine() throws IOException {
    line.reset();
    int next = in.read();
    if (next < 0) {
      return false;
    }
    while (next >= 0 && next != '\n') {
      if (line.size() <= LINE_BYTES_MAX) {
        line.write(next);
      }
      next = in.read();
    }
    return true;
  }

  private boolean isBlank() {
    return line.size() <= LINE_BYTES_MAX && line.toString(StandardCharsets.ISO_8859_1).isBlank();
  }

  /** Takes the line as the current record; or says what is wrong with it. */
  private String take() {
    if (line.size() > LINE_BYTES_MAX) {
      return "line too long: max=" + LINE_BYTES_MAX;
    }
    final byte[] bytes = line.toByteArray();
    final Map<String, Object> record;
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      record = JsonText.readObject(bytes);
    } catch (final CharacterCodingException e) {
      return "not UTF-8";
    } catch (final JsonProcessingException e) {
      return fault(e);
    } catch (final IOException e) {
      return e.getMessage();
    }
    if (!(record.get("t_us") instanceof final Number time)) {
      return "t_us, a number of microseconds, is missing";
    }
    if (!(record.get("data") instanceof Map<?, ?>)) {
      return "data, an object, is missing";
    }
    if (!isBegun) {
      firstMicros = time.longValue();
      isBegun = true;
    }
    // Logs of several sensors are merged and may step back a little.
    offsetMicros = Math.max(offsetMicros, time.longValue() - firstMicros);
    data = JsonText.member(record, "data");
    return "";
  }

  private String fault(final JsonProcessingException e) {
    final String place =
        e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
    return NO_NUMBER.matcher(line.toString(StandardCharsets.UTF_8)).find()
        ? "NaN and infinity are no numbers in JSON"
        : "not a whole JSON text" + place;
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
  public String remark() {
    return switch ((int) Math.min(unusable, 2)) {
      case 0 -> "";
      case 1 -> firstUnusable + "; this line is passed over";
      default -> firstUnusable + "; this line and " + (unusable - 1) + " others are passed over";
    };
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
