package io.mothership.jetstream.consumer;

import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.stream.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.BitUtil;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Consumers in a checkpoint: the records that the journal would have of each, one after the other,
 * so that they come back the same way.
 *
 * <p>Layout, little endian: the highest id ever given i32, then per record its length i32 and the
 * frame, each at a multiple of four. It comes in parts of about {@value #PART_LENGTH} bytes outside
 * the heap, so that ten thousand consumers with all that they delivered take none of it.
 */
final class ConsumerFrames {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final int PART_LENGTH = 64 * 1024;

  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(4096);
  private final List<ByteBuffer> parts = new ArrayList<>();
  private int at;

  ConsumerFrames(final int lastId) {
    buffer.putInt(0, lastId, ORDER);
    at = Integer.BYTES;
  }

  void add(final RecordType type, final Stream stream, final MessageView record) {
    final int length = FrameEncoder.frameLength(record);
    buffer.checkLimit(at + Integer.BYTES + length);
    buffer.putInt(at, length, ORDER);
    final int frame = at + Integer.BYTES;
    FrameEncoder.encode(buffer, frame, type, Origin.INTERNAL, stream.accountId(), record);
    FrameEncoder.stamp(buffer, frame, stream.id(), 0, 0, 0, 0, 0);
    at = BitUtil.align(frame + length, Integer.BYTES);
    if (at >= PART_LENGTH) {
      endPart();
    }
  }

  private void endPart() {
    final ByteBuffer part = ByteBuffer.allocateDirect(at);
    buffer.getBytes(0, part, 0, at);
    parts.add(part);
    at = 0;
  }

  /** All of it, to be freed by the caller; nothing is added any more. */
  List<ByteBuffer> parts() {
    endPart();
    return parts;
  }

  /**
   * Shows every record; each frame is valid during the call.
   *
   * @return the highest id ever given
   */
  static int forEach(final ByteBuffer bytes, final Consumer<FrameView> consumer) {
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    final FrameView frame = new FrameView();
    int at = Integer.BYTES;
    while (at < bytes.capacity()) {
      final int length = buffer.getInt(at, ORDER);
      consumer.accept(frame.wrap(buffer, at + Integer.BYTES));
      at = BitUtil.align(at + Integer.BYTES + length, Integer.BYTES);
    }
    return buffer.getInt(0, ORDER);
  }
}
