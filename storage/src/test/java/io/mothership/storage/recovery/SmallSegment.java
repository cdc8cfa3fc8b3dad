package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;

import io.mothership.frame.FrameCrc;
import io.mothership.frame.FrameDescriptor;
import io.mothership.journal.TestFrames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A segment as recovery reads it, of a few kilobytes: Chronicle's front is a few bytes here. */
final class SmallSegment {
  static final int NUMBER = 1;

  private static final int FRONT_LENGTH = 64;
  private static final int LENGTH = 8 * 1024;
  private static final int SYNCED_FRAMES = 8;
  private static final int PAYLOAD_MAX = 120;

  private final UnsafeBuffer file = new UnsafeBuffer(new byte[LENGTH]);
  private final SegmentDescriptor descriptor;
  private final List<Frame> frames = new ArrayList<>();
  private int end;

  /** Where a frame lies, and which it is. */
  record Frame(long sequence, int offset, int length) {}

  SmallSegment(final int frameCount) {
    final FrameCrc crc = new FrameCrc();
    for (int i = 0; i < FRONT_LENGTH; i++) {
      file.putByte(i, (byte) i);
    }
    descriptor =
        new SegmentDescriptor(
            NUMBER,
            FRONT_LENGTH,
            0x5EED_5EED_5EED_5EEDL,
            FRONT_LENGTH
                + SegmentDescriptor.WORD_LENGTH
                + SegmentDescriptor.bodyLength(FRONT_LENGTH),
            0,
            1,
            TestFrames.timeNs(1),
            1,
            SegmentDescriptor.Kind.APPENDED);
    file.putInt(FRONT_LENGTH, SegmentDescriptor.bodyLength(FRONT_LENGTH), BYTE_ORDER);
    descriptor.encode(file, FRONT_LENGTH + SegmentDescriptor.WORD_LENGTH, crc);
    descriptor.encode(file, descriptor.copyOffset(), crc);
    final int image = descriptor.imageOffset();
    file.putBytes(image + Integer.BYTES, file, 0, FRONT_LENGTH);
    file.putInt(image, crc.ofBytes(file, image + Integer.BYTES, FRONT_LENGTH), BYTE_ORDER);
    end = descriptor.dataOffset();
    final TestFrames source = new TestFrames(PAYLOAD_MAX);
    for (long sequence = 1; sequence <= frameCount; sequence++) {
      append(source, sequence, crc);
      if (sequence == SYNCED_FRAMES) {
        file.putLong(descriptor.cellOffset(), descriptor.cell(end), BYTE_ORDER);
      }
    }
  }

  private void append(final TestFrames source, final long sequence, final FrameCrc crc) {
    final int length = source.encode(sequence, 1);
    final int offset = end + SegmentDescriptor.PREFIX_LENGTH;
    file.putInt(end, SegmentDescriptor.STAMP_LENGTH + length, BYTE_ORDER);
    file.putInt(offset - SegmentDescriptor.STAMP_LENGTH, descriptor.stampAt(offset), BYTE_ORDER);
    file.putBytes(offset, source.buffer(), 0, length);
    file.putInt(offset + FrameDescriptor.CRC_OFFSET, 0, BYTE_ORDER);
    file.putInt(offset + FrameDescriptor.CRC_OFFSET, crc.compute(file, offset, length), BYTE_ORDER);
    frames.add(new Frame(sequence, offset, length));
    end = SegmentDescriptor.align(offset + length);
  }

  byte[] bytes() {
    return file.byteArray();
  }

  SegmentDescriptor descriptor() {
    return descriptor;
  }

  List<Frame> frames() {
    return frames;
  }

  /** Up to where it was synced when it was last known. */
  int syncedTo() {
    return descriptor.syncedTo(file);
  }

  /** Whether stamp and frame are in {@code other} as they are here. */
  boolean isIntact(final Frame frame, final byte[] other) {
    final int from = frame.offset() - SegmentDescriptor.STAMP_LENGTH;
    final int to = frame.offset() + frame.length();
    return to <= other.length && Arrays.equals(bytes(), from, to, other, from, to);
  }
}
