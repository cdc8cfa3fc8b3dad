package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;

import io.mothership.frame.FrameView;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrameConsumer;
import io.mothership.journal.Location;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Examines segments one after the other without changing them: shared by recovery and verification.
 *
 * <p><i>Thread:</i> one.
 */
final class SegmentExaminer {
  /** Scan from the first record. */
  static final int FROM_START = -1;

  /** Where the stop left the segment: nothing is known about its end. */
  static final int END_UNKNOWN = -1;

  /**
   * A segment that could be read.
   *
   * @param descriptor its descriptor
   * @param outcome what the scan found
   * @param isContinuable whether Chronicle could append to it again once its tail is erased
   */
  record Examination(
      SegmentDescriptor descriptor, SegmentScanner.Outcome outcome, boolean isContinuable) {}

  private final Consumer<Damage> damages;
  private final SegmentScanner scanner;
  private int previousSegment;
  private int previousEnd;

  SegmentExaminer(final FrameConsumer consumer, final Consumer<Damage> damages) {
    this.damages = damages;
    this.scanner = new SegmentScanner(consumer, damages);
  }

  /**
   * Whether the last segment may end in unfinished writes: not after a clean stop, and not if it is
   * sealed, because a segment is synced before it gets that name.
   */
  static boolean isOpenEnded(final Path lastSegment, final int cleanEnd) {
    return cleanEnd == END_UNKNOWN && !SegmentFiles.isSealed(lastSegment);
  }

  SegmentScanner scanner() {
    return scanner;
  }

  /** The segment's descriptor if anything in the segment can be read. */
  Optional<SegmentDescriptor> descriptor(final int segment, final SegmentMapping mapping) {
    mapping.touchPages(0, SegmentDescriptor.FRONT_LENGTH);
    final int front = Math.min(SegmentDescriptor.FRONT_LENGTH, mapping.length());
    final Optional<SegmentDescriptor> found = descriptor(segment, mapping.buffer(), front);
    if (found.isPresent()) {
      return found;
    }
    mapping.touch(0, SegmentDescriptor.HEADER_OFFSET_MAX);
    return descriptor(segment, mapping.buffer(), mapping.length());
  }

  /** The same of bytes that may be looked at. */
  Optional<SegmentDescriptor> descriptor(
      final int segment, final DirectBuffer file, final int length) {
    final SegmentDescriptor found =
        SegmentDescriptor.find(file, length, segment, scanner.verifier().crc());
    return Optional.ofNullable(found).filter(known -> known.dataOffset() <= length);
  }

  /**
   * Whether a last segment was still being created when we were stopped: its beginning is not whole
   * and no frame is in it. The beginning is synced before the first frame, so nothing in it was
   * committed.
   */
  boolean isUnfinished(
      final Optional<SegmentDescriptor> descriptor, final DirectBuffer file, final int length) {
    return (descriptor.isEmpty() || !isWhole(descriptor.get(), file, length))
        && !FrameSearch.hasFrame(file, length);
  }

  private boolean isWhole(
      final SegmentDescriptor descriptor, final DirectBuffer file, final int length) {
    return descriptor.isWhole(file, length, scanner.verifier().crc())
        && descriptor.hasImage(file, scanner.verifier().crc());
  }

  /**
   * Scans a segment and compares its end with what is known about it.
   *
   * @param fromFrame offset of a frame after which to start, or {@link #FROM_START}
   * @param isOpenEnded whether the last stop may have interrupted writing it
   * @param cleanEnd its end at a clean stop, or {@link #END_UNKNOWN}
   */
  Examination examine(
      final SegmentDescriptor descriptor,
      final DirectBuffer file,
      final int length,
      final int fromFrame,
      final boolean isOpenEnded,
      final int cleanEnd) {
    final boolean isWhole = isWhole(descriptor, file, length);
    if (!isWhole) {
      report(
          descriptor, descriptor.headerOffset(), descriptor.dataOffset(), Damage.Reason.DESCRIPTOR);
    }
    checkPrevious(descriptor);
    final int from = fromFrame == FROM_START ? descriptor.dataOffset() : after(file, fromFrame);
    final int synced = descriptor.syncedTo(file);
    final SegmentScanner.Outcome outcome =
        scanner.scan(file, length, descriptor, from, isOpenEnded ? synced : length);
    final int knownEnd = isOpenEnded ? synced : cleanEnd;
    if (outcome.end() < knownEnd && outcome.isChained()) {
      report(descriptor, outcome.end(), knownEnd, Damage.Reason.RECORD);
    }
    previousSegment = descriptor.isReplacing() ? 0 : descriptor.segment();
    previousEnd = outcome.end();
    return new Examination(
        descriptor,
        outcome,
        isWhole
            && outcome.isChained()
            && (fromFrame == FROM_START || isChained(file, descriptor, from)));
  }

  /** The segment before must reach as far as it did when this one was created. */
  private void checkPrevious(final SegmentDescriptor descriptor) {
    if (previousSegment == SegmentFiles.before(descriptor.segment())
        && !descriptor.isReplacing()
        && previousEnd < descriptor.previousEnd()) {
      damages.accept(
          new Damage(previousSegment, previousEnd, descriptor.previousEnd(), Damage.Reason.RECORD));
    }
  }

  private static int after(final DirectBuffer file, final int frameOffset) {
    final FrameView frame = new FrameView().wrap(file, frameOffset);
    return SegmentDescriptor.align(frameOffset + frame.length());
  }

  /**
   * Whether good length words lead from the first record to {@code to}: Chronicle will follow them.
   */
  private boolean isChained(
      final DirectBuffer file, final SegmentDescriptor descriptor, final int to) {
    int at = descriptor.dataOffset();
    while (at < to) {
      final int length = FrameVerifier.stampedLength(file, to, descriptor, at + PREFIX_LENGTH);
      if (length == FrameVerifier.BAD || file.getInt(at, BYTE_ORDER) != STAMP_LENGTH + length) {
        return false;
      }
      at = SegmentDescriptor.align(at + PREFIX_LENGTH + length);
    }
    return at == to;
  }

  /**
   * Whether the frame with which a checkpoint ends is whole and where it was. One of a later epoch
   * with the same sequence was appended after the checkpoint's own was lost.
   */
  boolean hasFrame(final SegmentMapping mapping, final Checkpoint checkpoint) {
    final int offset = Location.offset(checkpoint.location());
    final Optional<SegmentDescriptor> descriptor =
        descriptor(Location.segment(checkpoint.location()), mapping);
    mapping.touchFrame(offset, mapping.length());
    final DirectBuffer file = mapping.buffer();
    if (descriptor.isEmpty()
        || scanner.verifier().verify(file, mapping.length(), descriptor.get(), offset)
            == FrameVerifier.BAD) {
      return false;
    }
    final FrameView frame = new FrameView().wrap(file, offset);
    return frame.journalSequence() == checkpoint.journalSequence()
        && frame.epoch() <= checkpoint.epoch();
  }

  private void report(
      final SegmentDescriptor descriptor,
      final int from,
      final int to,
      final Damage.Reason reason) {
    damages.accept(new Damage(descriptor.segment(), from, to, reason));
  }
}
