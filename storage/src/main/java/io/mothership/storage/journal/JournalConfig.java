package io.mothership.storage.journal;

import io.mothership.error.MothershipException;
import io.mothership.storage.recovery.FileFacade;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How a journal is opened.
 *
 * @param dataDirectory the appliance's data directory; the journal lies in {@code journal/} below
 *     it
 * @param segmentBytes a segment is sealed before it grows beyond this
 * @param allocateAheadBytes how much of the segment is really allocated in front of the appender
 * @param reserveBytes free space below which no new messages should be taken; what is on its way,
 *     and records that make room, still use it
 * @param budgetBytes length of the journal above which segments are written anew that would
 *     otherwise be left as they are
 * @param loadedBytesMax longest state of the layers above that is kept in memory as well
 * @param files the operating system
 */
public record JournalConfig(
    Path dataDirectory,
    int segmentBytes,
    int allocateAheadBytes,
    long reserveBytes,
    long budgetBytes,
    int loadedBytesMax,
    FileFacade files) {

  public static final int SEGMENT_BYTES_DEFAULT = 16 * 1024 * 1024;
  public static final int SEGMENT_BYTES_MIN = 64 * 1024;
  public static final int SEGMENT_BYTES_MAX = 1024 * 1024 * 1024;
  public static final int ALLOCATE_AHEAD_BYTES_DEFAULT = 1024 * 1024;
  public static final int LOADED_BYTES_DEFAULT = 64 * 1024 * 1024;
  public static final int ALLOCATE_AHEAD_BYTES_MIN = 16 * 1024;

  /** Room in a segment that no frame can have: front, descriptors, end mark. */
  static final int SEGMENT_OVERHEAD = 16 * 1024;

  public JournalConfig {
    Objects.requireNonNull(dataDirectory);
    Objects.requireNonNull(files);
    requireInside("segment_bytes", segmentBytes, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
    requireInside(
        "allocate_ahead_bytes", allocateAheadBytes, ALLOCATE_AHEAD_BYTES_MIN, SEGMENT_BYTES_MAX);
    requireInside("reserve_bytes", reserveBytes, 0, Long.MAX_VALUE);
  }

  /** One that keeps state of the default length in memory. */
  public JournalConfig(
      final Path dataDirectory,
      final int segmentBytes,
      final int allocateAheadBytes,
      final long reserveBytes,
      final long budgetBytes,
      final FileFacade files) {
    this(
        dataDirectory,
        segmentBytes,
        allocateAheadBytes,
        reserveBytes,
        budgetBytes,
        LOADED_BYTES_DEFAULT,
        files);
  }

  /** The defaults in a directory. */
  public static JournalConfig of(final Path dataDirectory) {
    return new JournalConfig(
        dataDirectory,
        SEGMENT_BYTES_DEFAULT,
        ALLOCATE_AHEAD_BYTES_DEFAULT,
        2L * SEGMENT_BYTES_DEFAULT,
        Long.MAX_VALUE,
        FileFacade.system());
  }

  /** Other segments; the reserve is two of them. */
  public JournalConfig withSegmentBytes(final int newSegmentBytes) {
    return new JournalConfig(
        dataDirectory,
        newSegmentBytes,
        Math.min(allocateAheadBytes, newSegmentBytes),
        2L * newSegmentBytes,
        budgetBytes,
        loadedBytesMax,
        files);
  }

  /** More room for what is on its way. */
  public JournalConfig withReserveBytes(final long newReserveBytes) {
    return new JournalConfig(
        dataDirectory,
        segmentBytes,
        allocateAheadBytes,
        newReserveBytes,
        budgetBytes,
        loadedBytesMax,
        files);
  }

  public JournalConfig withBudgetBytes(final long newBudgetBytes) {
    return new JournalConfig(
        dataDirectory,
        segmentBytes,
        allocateAheadBytes,
        reserveBytes,
        newBudgetBytes,
        loadedBytesMax,
        files);
  }

  /** State up to another length is kept in memory. */
  public JournalConfig withLoadedBytesMax(final int newLoadedBytesMax) {
    return new JournalConfig(
        dataDirectory,
        segmentBytes,
        allocateAheadBytes,
        reserveBytes,
        budgetBytes,
        newLoadedBytesMax,
        files);
  }

  public JournalConfig withFiles(final FileFacade newFiles) {
    return new JournalConfig(
        dataDirectory,
        segmentBytes,
        allocateAheadBytes,
        reserveBytes,
        budgetBytes,
        loadedBytesMax,
        newFiles);
  }

  /** The longest frame that fits into a segment. */
  public int frameLengthMax() {
    return segmentBytes - SEGMENT_OVERHEAD;
  }

  private static void requireInside(
      final String name, final long actual, final long min, final long max) {
    if (actual < min || actual > max) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "JOURNAL_CONFIG",
          name + " out of range: min=" + min + ", max=" + max + ", actual=" + actual);
    }
  }
}
