package io.mothership.storage.recovery;

import io.mothership.frame.FrameView;
import io.mothership.journal.Location;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** What the scanner made of a segment's bytes: where each frame lies and which one it is. */
final class SegmentScan {
  final List<Damage> damage = new ArrayList<>();
  final List<Long> sequences = new ArrayList<>();
  final List<Integer> offsets = new ArrayList<>();
  final List<Integer> lengths = new ArrayList<>();
  int end;
  SegmentDescriptor descriptor;

  /** Reads the bytes as those of a sealed segment. */
  static SegmentScan of(final int segment, final byte[] bytes) {
    return of(segment, bytes, false);
  }

  /**
   * Reads the bytes as those of a segment.
   *
   * @param isOpenEnded whether it may end in unfinished writes
   */
  static SegmentScan of(final int segment, final byte[] bytes, final boolean isOpenEnded) {
    final SegmentScan scan = new SegmentScan();
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    final SegmentExaminer examiner = new SegmentExaminer(scan::onFrame, scan.damage::add);
    scan.descriptor = examiner.descriptor(segment, buffer, bytes.length).orElse(null);
    if (scan.descriptor != null) {
      scan.end =
          examiner
              .examine(
                  scan.descriptor,
                  buffer,
                  bytes.length,
                  SegmentExaminer.FROM_START,
                  isOpenEnded,
                  SegmentExaminer.END_UNKNOWN)
              .outcome()
              .end();
    }
    return scan;
  }

  private void onFrame(final FrameView frame, final long location) {
    sequences.add(frame.journalSequence());
    offsets.add(Location.offset(location));
    lengths.add(frame.length());
  }
}
