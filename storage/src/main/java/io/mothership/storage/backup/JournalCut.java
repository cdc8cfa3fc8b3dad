package io.mothership.storage.backup;

import io.mothership.error.MothershipException;
import io.mothership.storage.recovery.CheckpointFiles;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;

/**
 * The files of a journal as of one moment, held by links while they are copied: segments may be
 * deleted, replaced and sealed meanwhile.
 *
 * <p>A folder that changes while it is listed may answer neither the old nor the new name of a
 * file: so it is listed again afterwards, and whatever is there then has to be held, or be younger
 * than the segment that was being written.
 *
 * <p>Checkpoints are linked before segments: then the segments are at least as new as the
 * checkpoints, and what became superfluous between is superfluous by records that are in them. If
 * two checkpoints were written meanwhile, more may be gone than the linked ones can do without, and
 * all is done again. That is the state in which a kill could leave the folder, so a start from it
 * is an ordinary recovery.
 */
final class JournalCut implements AutoCloseable {
  private static final int TRIES_MAX = 100;
  private static final String FOLDER = "backup-links";

  private final FileFacade files;
  private final Path dataDirectory;
  private final Path links;
  private final List<Held> held = new ArrayList<>();

  /**
   * A file to be copied.
   *
   * @param isFinal whether nothing is written to it any more
   */
  record Held(Path link, String path, long length, boolean isFinal) {}

  private JournalCut(final FileFacade files, final Path dataDirectory) {
    this.files = files;
    this.dataDirectory = dataDirectory;
    this.links = dataDirectory.resolve(FOLDER);
  }

  /** Holds what is there now. */
  static JournalCut take(final FileFacade files, final Path dataDirectory) throws IOException {
    final JournalCut cut = new JournalCut(files, dataDirectory);
    boolean isTaken = false;
    try {
      for (int i = 0; i < TRIES_MAX && !isTaken; i++) {
        isTaken = cut.tryTake();
      }
    } finally {
      if (!isTaken) {
        cut.close();
      }
    }
    if (!isTaken) {
      throw new MothershipException(
          MothershipException.Category.CAPACITY,
          "JOURNAL_BUSY",
          "the journal changed in every one of " + TRIES_MAX + " looks: path=" + dataDirectory);
    }
    return cut;
  }

  /** All files. */
  List<Held> held() {
    return held;
  }

  private boolean tryTake() throws IOException {
    clear();
    Files.createDirectories(links);
    final CheckpointFiles checkpoints = new CheckpointFiles(files, dataDirectory);
    try {
      final List<Path> known = checkpoints.list();
      for (final Path file : known) {
        final Path link = link(file);
        held.add(new Held(link, path(file), Files.size(link), true));
      }
      final Path journal = SegmentFiles.journalDirectory(dataDirectory);
      final NavigableMap<Integer, Path> segments = SegmentFiles.list(journal);
      for (final Path file : segments.values()) {
        final Path link = link(file);
        held.add(new Held(link, path(file), Files.size(link), SegmentFiles.isSealed(file)));
      }
      return isEverything(segments, SegmentFiles.list(journal).keySet())
          && (known.isEmpty()
              ? checkpoints.list().size() <= 1
              : checkpoints.list().contains(known.getFirst()));
    } catch (final NoSuchFileException e) {
      return false;
    }
  }

  /** All that is there now was held, or was begun after what was being written then. */
  private static boolean isEverything(
      final NavigableMap<Integer, Path> held, final Set<Integer> now) {
    final boolean isBeingWritten =
        !held.isEmpty() && !SegmentFiles.isSealed(held.lastEntry().getValue());
    return now.stream()
        .allMatch(
            segment -> held.containsKey(segment) || isBeingWritten && segment > held.lastKey());
  }

  private Path link(final Path file) throws IOException {
    final Path link = links.resolve(file.getFileName());
    files.link(link, file);
    return link;
  }

  private String path(final Path file) {
    return dataDirectory.relativize(file).toString();
  }

  private void clear() throws IOException {
    held.clear();
    if (Files.isDirectory(links)) {
      try (var found = Files.list(links)) {
        for (final Path link : found.toList()) {
          files.delete(link);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    clear();
    files.delete(links);
  }
}
