package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Names of the journal's files.
 *
 * <p>The segment being written carries the name Chronicle gives it (its cycle as minutes since
 * 1970). A sealed one is renamed to its number, so that Chronicle, which looks into all files with
 * its suffix when it opens a queue, never touches it again.
 */
public final class SegmentFiles {
  /**
   * Chronicle's pattern for the name of a cycle; a cycle is one minute of a clock that is our
   * counter.
   */
  public static final String CYCLE_FORMAT = "yyyyMMdd-HHmm";

  public static final int CYCLE_MILLIS = 60_000;

  /** The last minute of the year 6052 or so: 36 petabytes of 16 MiB segments. */
  public static final int SEGMENT_MAX = Integer.MAX_VALUE - 1;

  /**
   * New segments have multiples of this as their numbers; the numbers between are for segments that
   * take the place of older ones.
   */
  private static final int STEP = 16;

  private static final String ACTIVE_SUFFIX = ".cq4";
  private static final String UNFINISHED_SUFFIX = ".unfinished";
  private static final String SEALED_SUFFIX = ".segment";
  private static final DateTimeFormatter CYCLE = DateTimeFormatter.ofPattern(CYCLE_FORMAT);

  private SegmentFiles() {}

  /** The number of the first new segment after {@code segment}. */
  public static int next(final int segment) {
    return (segment / STEP + 1) * STEP;
  }

  /** The number of the segment that was written before {@code segment}, if none was skipped. */
  public static int before(final int segment) {
    return segment % STEP == 0 ? segment - STEP : segment - 1;
  }

  /** Whether only a segment that takes the place of older ones gets such a number. */
  public static boolean isRewritten(final int segment) {
    return segment % STEP != 0;
  }

  /** The journal's directory inside the data directory. */
  public static Path journalDirectory(final Path dataDirectory) {
    return dataDirectory.resolve("journal");
  }

  public static Path active(final Path journalDirectory, final int segment) {
    final LocalDateTime minute = LocalDateTime.ofEpochSecond(segment * 60L, 0, ZoneOffset.UTC);
    return journalDirectory.resolve(CYCLE.format(minute) + ACTIVE_SUFFIX);
  }

  public static Path sealed(final Path journalDirectory, final int segment) {
    final String digits = Integer.toString(segment);
    return journalDirectory.resolve("0".repeat(10 - digits.length()) + digits + SEALED_SUFFIX);
  }

  /** A segment that is being written to take the place of others. */
  public static Path unfinished(final Path journalDirectory, final int segment) {
    return journalDirectory.resolve(segment + UNFINISHED_SUFFIX);
  }

  /** Deletes what {@link #unfinished} names left behind. */
  static void deleteUnfinished(final FileFacade files, final Path journalDirectory)
      throws IOException {
    try (var found = Files.newDirectoryStream(journalDirectory, "*" + UNFINISHED_SUFFIX)) {
      for (final Path file : found) {
        files.delete(file);
      }
    }
  }

  /** The file in which Chronicle keeps its locks. */
  public static Path chronicleMetadata(final Path journalDirectory) {
    return journalDirectory.resolve("metadata.cq4t");
  }

  /** Every segment there is, by number; of two files with one number the sealed one counts. */
  public static NavigableMap<Integer, Path> list(final Path journalDirectory) throws IOException {
    final NavigableMap<Integer, Path> segments = new TreeMap<>();
    try (var files = Files.newDirectoryStream(journalDirectory)) {
      for (final Path file : files) {
        final int segment = segmentOf(file.getFileName().toString());
        if (segment > 0 && (isSealed(file) || !segments.containsKey(segment))) {
          segments.put(segment, file);
        }
      }
    }
    return segments;
  }

  /** Bytes of all segment files of a data folder, unused ends included; 0 if it has none. */
  public static long totalLength(final Path dataDirectory) {
    long bytes = 0;
    try {
      for (final Path file : list(journalDirectory(dataDirectory)).values()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (final IOException e) {
      return 0;
    }
  }

  public static boolean isSealed(final Path file) {
    return file.getFileName().toString().endsWith(SEALED_SUFFIX);
  }

  private static int segmentOf(final String name) {
    try {
      if (name.endsWith(SEALED_SUFFIX)) {
        return Integer.parseInt(name.substring(0, name.length() - SEALED_SUFFIX.length()));
      }
      if (name.endsWith(ACTIVE_SUFFIX)) {
        final String cycle = name.substring(0, name.length() - ACTIVE_SUFFIX.length());
        final long minutes = LocalDateTime.parse(cycle, CYCLE).toEpochSecond(ZoneOffset.UTC) / 60;
        return minutes > 0 && minutes <= SEGMENT_MAX ? (int) minutes : -1;
      }
      return -1;
    } catch (final NumberFormatException | java.time.format.DateTimeParseException e) {
      return -1;
    }
  }
}
