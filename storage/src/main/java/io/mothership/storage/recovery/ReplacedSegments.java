package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Finds segments whose place another has taken and that were not deleted before a stop: a rewritten
 * segment has its name only when it is whole, so it counts.
 */
final class ReplacedSegments {
  private ReplacedSegments() {}

  /** Takes them out of {@code segments} and answers their files. */
  static List<Path> takeFrom(final FileFacade files, final NavigableMap<Integer, Path> segments)
      throws IOException {
    final List<SegmentDescriptor> rewritten = new ArrayList<>();
    final SegmentExaminer examiner = new SegmentExaminer((frame, location) -> {}, damage -> {});
    for (final Map.Entry<Integer, Path> entry : segments.entrySet()) {
      if (SegmentFiles.isRewritten(entry.getKey()) && SegmentFiles.isSealed(entry.getValue())) {
        try (SegmentMapping mapping = SegmentMapping.open(files, entry.getValue())) {
          examiner
              .descriptor(entry.getKey(), mapping)
              .filter(SegmentDescriptor::isReplacing)
              .ifPresent(rewritten::add);
        }
      }
    }
    final List<Path> replaced = new ArrayList<>();
    for (final SegmentDescriptor descriptor : rewritten) {
      segments
          .entrySet()
          .removeIf(entry -> descriptor.replaces(entry.getKey()) && replaced.add(entry.getValue()));
    }
    return replaced;
  }
}
