package io.mothership.storage.recovery;

import io.mothership.journal.FrameConsumer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * A look at every byte of a journal that changes nothing; it may be in use.
 *
 * @param segments segment files
 * @param records whole records with the right CRC
 * @param lastSequence journal sequence of the last of them
 * @param isClean whether the last stop was clean
 * @param unfinishedBytes bytes behind the last record of the last segment that were never synced; a
 *     start erases them
 * @param damage what should be readable and is not
 */
public record JournalInspection(
    int segments,
    long records,
    long lastSequence,
    boolean isClean,
    long unfinishedBytes,
    List<Damage> damage) {

  /**
   * Reads the journal in a data directory.
   *
   * @param consumer sees every good record in journal order
   * @throws IOException if there is no journal or it cannot be read
   */
  public static JournalInspection of(final Path dataDirectory, final FrameConsumer consumer)
      throws IOException {
    final Path directory = SegmentFiles.journalDirectory(dataDirectory);
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(directory.toString(), null, "there is no journal");
    }
    final List<Damage> damage = new ArrayList<>();
    final SegmentScanner scanner = new SegmentScanner(consumer, damage::add);
    final Optional<JournalState> state = JournalState.read(directory);
    final boolean isClean = state.isPresent() && state.get().isClean();
    final NavigableMap<Integer, Path> found = SegmentFiles.list(directory);
    long unfinishedBytes = 0;
    for (final Map.Entry<Integer, Path> entry : found.entrySet()) {
      final int segment = entry.getKey();
      final boolean isOpenEnded =
          segment == found.lastKey() && !(isClean && state.get().segment() == segment);
      try (SegmentMapping mapping = SegmentMapping.open(entry.getValue())) {
        final int length = mapping.length();
        final SegmentDescriptor descriptor =
            SegmentDescriptor.find(mapping.buffer(), length, segment, scanner.verifier().crc());
        if (descriptor == null) {
          final int noiseEnd = SegmentScanner.lastNonZero(mapping.buffer(), length);
          if (isOpenEnded && !FrameSearch.hasFrame(mapping.buffer(), noiseEnd)) {
            unfinishedBytes = noiseEnd;
          } else {
            damage.add(new Damage(segment, 0, length, Damage.Reason.SEGMENT));
          }
          continue;
        }
        final int provenTo =
            isOpenEnded ? Math.min(descriptor.syncedTo(mapping.buffer()), length) : length;
        final SegmentScanner.Outcome outcome =
            scanner.scan(mapping.buffer(), length, descriptor, descriptor.dataOffset(), provenTo);
        if (isOpenEnded) {
          unfinishedBytes = Math.max(0, outcome.noiseEnd() - outcome.end());
        }
      }
    }
    return new JournalInspection(
        found.size(),
        scanner.frames(),
        Math.max(0, scanner.lastSequence()),
        isClean,
        unfinishedBytes,
        List.copyOf(damage));
  }
}
