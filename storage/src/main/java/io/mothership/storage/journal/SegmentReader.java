package io.mothership.storage.journal;

import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;

import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.FrameVerifier;
import io.mothership.storage.recovery.SegmentDescriptor;
import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import io.mothership.storage.recovery.SegmentMapping;
import io.mothership.storage.recovery.SegmentTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads through mappings of its own, a few segments at a time, never beyond what the appender
 * published.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> when it maps a segment, nothing per frame.
 */
final class SegmentReader implements JournalReader {
  private static final int MAPPINGS_MAX = 8;

  private final SegmentTable table;
  private final FileFacade files;
  private final LongAdder damagedReads;
  private final ByteBuffer scratch = SegmentMapping.newScratch();
  private final FrameVerifier verifier = new FrameVerifier();
  private final FrameView probe = new FrameView();
  private final SegmentIndex[] mappedSegments = new SegmentIndex[MAPPINGS_MAX];
  private final SegmentMapping[] mappings = new SegmentMapping[MAPPINGS_MAX];
  private final int[] mappedEnds = new int[MAPPINGS_MAX];
  private final long[] lastUses = new long[MAPPINGS_MAX];
  private SegmentIndex[] known = {};
  private long uses;
  private int current = -1;
  private long verifiedLocation = Journal.NOWHERE;
  private int verifiedLength;
  private boolean isLost;

  SegmentReader(final FileFacade files, final SegmentTable table, final LongAdder damagedReads) {
    this.files = files;
    this.table = table;
    this.damagedReads = damagedReads;
  }

  @Override
  @HotPath
  public boolean read(final long location, final FrameView frame) {
    letGo();
    isLost = true;
    if (location < 0 || !select(Location.segment(location))) {
      return false;
    }
    if (!isGood(location)) {
      damagedReads.increment();
      return false;
    }
    frame.wrap(mappings[current].buffer(), Location.offset(location));
    return true;
  }

  @HotPath
  private boolean isGood(final long location) {
    try {
      final boolean isGood = verify(location) != FrameVerifier.BAD;
      isLost = mappings[current].isComplete();
      return isGood;
    } catch (final InternalError | OutOfMemoryError e) {
      // A page that was touched, left the memory, and cannot be read now; or no memory for a copy
      // of what can be read.
      isLost = false;
      return false;
    }
  }

  @Override
  public boolean isLost() {
    return isLost;
  }

  @Override
  public long first() {
    letGo();
    final SegmentIndex[] segments = table.all();
    return segments.length == 0 ? Journal.NOWHERE : firstFrom(segments, 0);
  }

  @Override
  @HotPath
  public long next(final long location) {
    final SegmentIndex[] segments = table.all();
    letGo();
    final int at = SegmentTable.find(segments, Location.segment(location));
    if (at < 0) {
      return firstFrom(segments, SegmentTable.after(segments, Location.segment(location)));
    }
    if (select(segments[at])) {
      final int offset = Location.offset(location);
      final int length = verify(location);
      final int from =
          length == FrameVerifier.BAD
              ? SegmentDescriptor.align(Math.max(offset, 0)) + 4 - PREFIX_LENGTH
              : SegmentDescriptor.align(offset + length);
      final long found = recordAt(from);
      if (found != Journal.NOWHERE) {
        return found;
      }
    }
    return firstFrom(segments, at + 1);
  }

  @Override
  public long seekSequence(final long journalSequence) {
    return seek(journalSequence, false);
  }

  @Override
  public long seekTime(final long timeNs) {
    return seek(timeNs, true);
  }

  @Override
  public void letGo() {
    final SegmentIndex[] now = table.all();
    if (now == known) {
      return;
    }
    known = now;
    for (int slot = 0; slot < MAPPINGS_MAX; slot++) {
      if (mappings[slot] != null && table.find(mappedSegments[slot].segment()) == null) {
        unmap(slot);
        current = current == slot ? -1 : current;
      }
    }
  }

  @Override
  public void close() {
    for (int slot = 0; slot < MAPPINGS_MAX; slot++) {
      unmap(slot);
    }
    current = -1;
  }

  private long seek(final long value, final boolean isTime) {
    letGo();
    final SegmentIndex[] segments = table.all();
    int low = 0;
    int high = segments.length;
    while (low < high) {
      final int middle = (low + high) >>> 1;
      final long first = isTime ? segments[middle].firstTimeNs() : segments[middle].firstSequence();
      if (isTime ? first < value : first <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    final int start = Math.max(low - 1, 0);
    if (start >= segments.length) {
      return Journal.NOWHERE;
    }
    long location =
        select(segments[start])
            ? recordAt(segments[start].offsetBefore(value, isTime) - PREFIX_LENGTH)
            : Journal.NOWHERE;
    if (location == Journal.NOWHERE) {
      location = firstFrom(segments, start + 1);
    }
    while (location != Journal.NOWHERE && !isReached(location, value, isTime)) {
      location = next(location);
    }
    return location;
  }

  /** Copies carry old sequences and times: they are found through their streams, not by seeking. */
  private boolean isReached(final long location, final long value, final boolean isTime) {
    if (!select(Location.segment(location))) {
      return false;
    }
    probe.wrap(mappings[current].buffer(), Location.offset(location));
    return !probe.isCopied() && (isTime ? probe.timeNs() : probe.journalSequence()) >= value;
  }

  private long firstFrom(final SegmentIndex[] segments, final int from) {
    for (int i = from; i < segments.length; i++) {
      if (select(segments[i])) {
        final long found = recordAt(segments[i].descriptor().dataOffset());
        if (found != Journal.NOWHERE) {
          return found;
        }
      }
    }
    return Journal.NOWHERE;
  }

  /** Location of the first good frame of the selected segment at or after a record's offset. */
  private long recordAt(final int recordOffset) {
    final SegmentIndex segment = mappedSegments[current];
    final int end = readableEnd();
    if (recordOffset >= end) {
      return Journal.NOWHERE;
    }
    final int found = frameAt(segment, end, recordOffset);
    if (found == FrameVerifier.BAD) {
      return Journal.NOWHERE;
    }
    final long location = Location.of(segment.segment(), found + PREFIX_LENGTH);
    verifiedLocation = location;
    verifiedLength = probe.wrap(mappings[current].buffer(), found + PREFIX_LENGTH).length();
    return location;
  }

  /** The record that should begin there; further on only if none does. */
  private int frameAt(final SegmentIndex segment, final int end, final int recordOffset) {
    final SegmentMapping mapping = mappings[current];
    mapping.touchFrame(recordOffset + PREFIX_LENGTH, end);
    if (verifier.verify(mapping.buffer(), end, segment.descriptor(), recordOffset + PREFIX_LENGTH)
        != FrameVerifier.BAD) {
      return recordOffset;
    }
    mapping.touch(recordOffset, end);
    return verifier.resynchronise(mapping.buffer(), end, segment.descriptor(), recordOffset);
  }

  @HotPath
  private int verify(final long location) {
    if (location == verifiedLocation) {
      return verifiedLength;
    }
    mappings[current].touchFrame(Location.offset(location), readableEnd());
    final int length =
        verifier.verify(
            mappings[current].buffer(),
            readableEnd(),
            mappedSegments[current].descriptor(),
            Location.offset(location));
    if (length != FrameVerifier.BAD) {
      verifiedLocation = location;
      verifiedLength = length;
    }
    return length;
  }

  private int readableEnd() {
    return Math.min(mappedSegments[current].end(), mappings[current].length());
  }

  private boolean select(final int segment) {
    if (current >= 0 && mappedSegments[current].segment() == segment && !isOutgrown(current)) {
      return true;
    }
    final SegmentIndex found = table.find(segment);
    return found != null && select(found);
  }

  private boolean select(final SegmentIndex segment) {
    int slot = -1;
    int oldest = 0;
    for (int i = 0; i < MAPPINGS_MAX; i++) {
      if (mappedSegments[i] == segment) {
        slot = i;
      }
      if (lastUses[i] < lastUses[oldest]) {
        oldest = i;
      }
    }
    if (slot < 0 || isOutgrown(slot)) {
      final int end = segment.end();
      final SegmentMapping mapping = map(segment);
      if (mapping == null) {
        return false;
      }
      slot = slot < 0 ? oldest : slot;
      unmap(slot);
      mappedSegments[slot] = segment;
      mappings[slot] = mapping;
      mappedEnds[slot] = end;
    }
    lastUses[slot] = ++uses;
    current = slot;
    return true;
  }

  /**
   * Whether a segment has grown beyond its mapping: after a clean stop the file is no longer than
   * its records need, until the appender goes on in it.
   */
  private boolean isOutgrown(final int slot) {
    final int end = mappedSegments[slot].end();
    return end > mappings[slot].length() && end > mappedEnds[slot];
  }

  /** Null if it is gone, or cannot be mapped now. */
  private SegmentMapping map(final SegmentIndex segment) {
    try {
      return mapUnderItsName(segment);
    } catch (final NoSuchFileException e) {
      return null;
    } catch (final IOException | OutOfMemoryError e) {
      damagedReads.increment();
      isLost = false;
      return null;
    }
  }

  /**
   * A segment is renamed once, when it is sealed; the index is told a moment later, so it is looked
   * for under its last name even if the index does not say so yet.
   */
  private SegmentMapping mapUnderItsName(final SegmentIndex segment) throws IOException {
    try {
      return SegmentMapping.open(files, segment::file, scratch);
    } catch (final NoSuchFileException e) {
      final Path sealed = SegmentFiles.sealed(segment.file().getParent(), segment.segment());
      return SegmentMapping.open(files, () -> sealed, scratch);
    }
  }

  private void unmap(final int slot) {
    if (mappings[slot] != null) {
      mappings[slot].close();
      mappings[slot] = null;
      mappedSegments[slot] = null;
      lastUses[slot] = 0;
      verifiedLocation = Journal.NOWHERE;
    }
  }
}
