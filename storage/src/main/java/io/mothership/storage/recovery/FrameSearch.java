package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_MIN;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_OFFSET;
import static io.mothership.frame.FrameDescriptor.MAGIC;
import static io.mothership.frame.FrameDescriptor.MAGIC_OFFSET;

import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameView;
import org.agrona.DirectBuffer;

/** Looks for frames in a file whose descriptor is lost: to count them, never to serve them. */
final class FrameSearch {
  private FrameSearch() {}

  static boolean hasFrame(final DirectBuffer file, final int end) {
    final FrameCrc crc = new FrameCrc();
    for (int at = 0; at <= end - FRAME_LENGTH_MIN; at += 4) {
      if (file.getInt(at + MAGIC_OFFSET, BYTE_ORDER) == MAGIC) {
        final int length = file.getInt(at + FRAME_LENGTH_OFFSET, BYTE_ORDER);
        if (length >= FRAME_LENGTH_MIN
            && length <= end - at
            && FrameView.isWellFormed(file, at, length)
            && crc.matches(file, at, length)) {
          return true;
        }
      }
    }
    return false;
  }
}
