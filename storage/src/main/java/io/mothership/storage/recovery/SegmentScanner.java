package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.storage.recovery.SegmentDescriptor.END_MARK;
import static io.mothership.storage.recovery.SegmentDescriptor.END_NAME;
import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.WORD_LENGTH;

import io.mothership.frame.FrameView;
import io.mothership.journal.FrameConsumer;
import io.mothership.journal.Location;
import java.util.Arrays;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Reads segments raw, in journal order, handing out every good record once and reporting every byte
 * that should be one and isn't.
 *
 * <p>Keeps the last journal sequence from segment to segment. Trusts nothing but descriptor, stamps
 * and CRCs: neither Chronicle's index nor its length words.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> per segment and per damage, nothing per frame.
 */
final class SegmentScanner {

  /**
   * What a scan found.
   *
   * @param end offset after the last good record
   * @param noiseEnd offset after the last byte that is not zero
   * @param isChained whether Chronicle's length words lead from record to record up to {@code end}
   */
  record Outcome(int end, int noiseEnd, boolean isChained) {}

  private static final int PAGE_LENGTH = 4096;
  private static final byte[] ZEROS = new byte[PAGE_LENGTH];

  private final FrameVerifier verifier = new FrameVerifier();
  private final FrameView frame = new FrameView();
  private final FrameConsumer consumer;
  private final Consumer<Damage> damages;
  private long lastSequence = Long.MIN_VALUE;
  private long frames;

  SegmentScanner(final FrameConsumer consumer, final Consumer<Damage> damages) {
    this.consumer = consumer;
    this.damages = damages;
  }

  /** The journal sequence below which nothing may follow any more. */
  void lastSequence(final long sequence) {
    lastSequence = sequence;
  }

  long lastSequence() {
    return lastSequence;
  }

  long frames() {
    return frames;
  }

  FrameVerifier verifier() {
    return verifier;
  }

  /**
   * Scans a segment from a record on.
   *
   * @param length bytes of the file
   * @param from offset of a record's length word
   * @param provenTo up to here all records were synced: whatever isn't one is damage. A hole after
   *     it is where a stop interrupted us, and the scan ends there
   */
  Outcome scan(
      final DirectBuffer file,
      final int length,
      final SegmentDescriptor segment,
      final int from,
      final int provenTo) {
    final int noiseEnd = lastNonZero(file, length);
    int at = from;
    boolean isChained = true;
    while (at <= length - PREFIX_LENGTH) {
      final int frameLength = verifier.verify(file, length, segment, at + PREFIX_LENGTH);
      final int word = file.getInt(at, BYTE_ORDER);
      if (frameLength != FrameVerifier.BAD) {
        if (word != STAMP_LENGTH + frameLength) {
          if (at >= provenTo) {
            return new Outcome(at, noiseEnd, isChained);
          }
          isChained = false;
          report(segment, at, at + WORD_LENGTH, Damage.Reason.LENGTH_WORD);
        }
        final int next = SegmentDescriptor.align(at + PREFIX_LENGTH + frameLength);
        deliver(file, segment, at, next);
        at = next;
        continue;
      }
      if (at >= provenTo || isEnd(file, word, at, noiseEnd)) {
        return new Outcome(at, noiseEnd, isChained);
      }
      final int resumed = verifier.resynchronise(file, length, segment, at + WORD_LENGTH);
      isChained = false;
      if (resumed == FrameVerifier.BAD) {
        final boolean isMark = word == 0 || word == END_MARK;
        report(
            segment,
            at,
            Math.max(noiseEnd, at + WORD_LENGTH),
            isMark ? Damage.Reason.AFTER_END : Damage.Reason.RECORD);
        return new Outcome(at, noiseEnd, false);
      }
      report(segment, at, resumed, Damage.Reason.RECORD);
      at = resumed;
    }
    return new Outcome(at, noiseEnd, isChained);
  }

  /**
   * Zeros to the end of the file, after Chronicle's end mark if it wrote one. The mark is not
   * synced: a power cut may leave either half of it where they lie in two blocks.
   */
  private static boolean isEnd(
      final DirectBuffer file, final int word, final int at, final int noiseEnd) {
    if (noiseEnd <= at) {
      return true;
    }
    final int nameOffset = at + WORD_LENGTH;
    return (word == END_MARK || word == 0)
        && (noiseEnd <= nameOffset
            || noiseEnd == nameOffset + Integer.BYTES
                && file.getInt(nameOffset, BYTE_ORDER) == END_NAME);
  }

  private void deliver(
      final DirectBuffer file, final SegmentDescriptor segment, final int at, final int next) {
    final int offset = at + PREFIX_LENGTH;
    frame.wrap(file, offset);
    final long sequence = frame.journalSequence();
    if (!frame.isCopied()) {
      if (sequence <= lastSequence) {
        report(segment, at, next, Damage.Reason.SEQUENCE);
        return;
      }
      lastSequence = sequence;
    }
    frames++;
    consumer.onFrame(frame, Location.of(segment.segment(), offset));
  }

  private void report(
      final SegmentDescriptor segment, final int from, final int to, final Damage.Reason reason) {
    damages.accept(new Damage(segment.segment(), from, to, reason));
  }

  /** Offset after the last byte that is not zero. */
  static int lastNonZero(final DirectBuffer file, final int length) {
    return lastNonZero(file, 0, length);
  }

  /**
   * Offset after the last byte that is not zero, {@code start} if there is none; whole pages at a
   * time, as most are empty.
   *
   * @param start a multiple of {@value #PAGE_LENGTH}
   */
  static int lastNonZero(final DirectBuffer file, final int start, final int length) {
    final byte[] page = new byte[PAGE_LENGTH];
    int end = length;
    while (end > start) {
      final int from = (end - 1) / PAGE_LENGTH * PAGE_LENGTH;
      file.getBytes(from, page, 0, end - from);
      if (!Arrays.equals(page, 0, end - from, ZEROS, 0, end - from)) {
        return from + lastNonZero(page, end - from);
      }
      end = from;
    }
    return start;
  }

  private static int lastNonZero(final byte[] page, final int length) {
    int end = length;
    while (page[end - 1] == 0) {
      end--;
    }
    return end;
  }
}
