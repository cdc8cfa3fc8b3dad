package io.mothership.storage.journal;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.storage.recovery.SegmentDescriptor.WORD_LENGTH;

import io.mothership.frame.FrameCrc;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentDescriptor;
import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes a new segment: Chronicle's front, then our header document with descriptors and the image
 * of the front, all synced before the first record.
 *
 * <p><i>Thread:</i> ms-journal.
 */
final class SegmentCreation {
  /** Chronicle's empty front is well below this; the header document holds it a second time. */
  private static final int FRONT_LENGTH_MAX = JournalConfig.SEGMENT_OVERHEAD / 4;

  private static final SecureRandom SALTS = new SecureRandom();

  /** What the descriptor says that only the journal knows. */
  record Beginning(int segment, int previousEnd, long firstSequence, long firstTimeNs, int epoch) {}

  private SegmentCreation() {}

  /** Allocates the first bytes of an empty file, before Chronicle maps it. */
  static void allocate(
      final JournalConfig config,
      final FileChannel channel,
      final SpaceAhead space,
      final int recordLength)
      throws IOException {
    space.allocate(channel, 0, initialLength(config, recordLength));
  }

  /** The appender has been told to go to the segment. */
  static ActiveSegment run(
      final JournalConfig config,
      final ChronicleAppender appender,
      final FileChannel channel,
      final Beginning beginning,
      final SpaceAhead space,
      final Path directory)
      throws IOException {
    final int segment = beginning.segment();
    final int headerOffset = appender.appendHeader();
    final SegmentDescriptor descriptor =
        new SegmentDescriptor(
            segment,
            headerOffset,
            SALTS.nextLong(),
            headerOffset + WORD_LENGTH + SegmentDescriptor.bodyLength(headerOffset),
            beginning.previousEnd(),
            beginning.firstSequence(),
            beginning.firstTimeNs(),
            beginning.epoch(),
            SegmentDescriptor.Kind.APPENDED);
    config
        .files()
        .write(channel, body(config.files(), channel, descriptor), headerOffset + WORD_LENGTH);
    config.files().sync(channel);
    final SegmentIndex index =
        new SegmentIndex(descriptor, SegmentFiles.active(directory, segment));
    return new ActiveSegment(
        config.files(), channel, index, space, config.segmentBytes(), initialLength(config, 0));
  }

  /** The header document's body; the front is read back as Chronicle left it. */
  private static ByteBuffer body(
      final FileFacade files, final FileChannel channel, final SegmentDescriptor descriptor)
      throws IOException {
    final int frontLength = descriptor.headerOffset();
    final int length = SegmentDescriptor.bodyLength(frontLength);
    final ByteBuffer body = ByteBuffer.allocate(length);
    final UnsafeBuffer buffer = new UnsafeBuffer(body);
    final FrameCrc crc = new FrameCrc();
    final int image = SegmentDescriptor.LENGTH + Integer.BYTES;
    descriptor.encode(buffer, 0, crc);
    body.position(image).limit(image + frontLength);
    files.read(channel, body, 0);
    if (body.hasRemaining()) {
      throw new IOException("segment ends inside its front: segment=" + descriptor.segment());
    }
    body.clear();
    buffer.putInt(SegmentDescriptor.LENGTH, crc.ofBytes(buffer, image, frontLength), BYTE_ORDER);
    descriptor.encode(buffer, length - SegmentDescriptor.LENGTH, crc);
    return body;
  }

  private static int initialLength(final JournalConfig config, final int recordLength) {
    final int least = 2 * FRONT_LENGTH_MAX + ActiveSegment.MARGIN + recordLength;
    return Math.min(config.segmentBytes(), Math.max(least, config.allocateAheadBytes()));
  }
}
