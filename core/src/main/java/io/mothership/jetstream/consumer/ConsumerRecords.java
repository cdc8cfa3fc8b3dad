package io.mothership.jetstream.consumer;

import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Payloads of the journal's records about consumers, little endian.
 *
 * <pre>
 *  ACK              consumer id i32, kind i32, acknowledged consumer sequence, delivered stream and
 *                   consumer sequence, next stream sequence i64 each; the frame's stream sequence is the
 *                   acknowledged one, its reply the client's who waits for the sync
 *  CONSUMER_STATE   consumer id i32, entries i32, exhausted i32, 0 i32, delivered stream and consumer
 *                   sequence, floor stream and consumer sequence, next stream sequence, last delivery and
 *                   last acknowledgement (ns since 1970) i64 each; per entry stream and consumer sequence
 *                   i64, redeliveries i32; per exhausted message its sequence i64 and redeliveries i32
 *  CONSUMER_CONFIG  consumer id i32, 0 i32, created (ns since 1970), first stream sequence, end of the
 *                   last-per-subject list i64 each, configuration as JSON; the frame's subject is the name
 *  CONSUMER_DELETE  consumer id i32
 * </pre>
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only when a buffer grows.
 */
final class ConsumerRecords {
  static final int KIND_ONE = 0;
  static final int KIND_ALL = 1;

  static final int ENTRIES_MAX = 2048;

  static final int ACK_LENGTH = 40;
  static final int STATE_LENGTH = 72;
  static final int STATE_ENTRY_LENGTH = 20;
  static final int EXHAUSTED_LENGTH = 12;
  static final int CONFIG_LENGTH = 32;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(1024);
  private final MessageView view = new MessageView();
  private int entries;
  private int exhausted;
  private int at;

  static int consumerId(final FrameView frame) {
    return frame.payloadLength() < 4 ? -1 : frame.buffer().getInt(frame.payloadOffset(), ORDER);
  }

  static int i32(final FrameView frame, final int offset) {
    return frame.buffer().getInt(frame.payloadOffset() + offset, ORDER);
  }

  static long i64(final FrameView frame, final int offset) {
    return frame.buffer().getLong(frame.payloadOffset() + offset, ORDER);
  }

  @HotPath
  MessageView ack(
      final int consumerId,
      final int kind,
      final long ackedConsumerSequence,
      final long deliveredSequence,
      final long deliveredConsumerSequence,
      final long nextSequence,
      final Slice reply) {
    buffer.putInt(0, consumerId, ORDER);
    buffer.putInt(4, kind, ORDER);
    buffer.putLong(8, ackedConsumerSequence, ORDER);
    buffer.putLong(16, deliveredSequence, ORDER);
    buffer.putLong(24, deliveredConsumerSequence, ORDER);
    buffer.putLong(32, nextSequence, ORDER);
    view.clear();
    view.reply().wrap(reply);
    view.payload().wrap(buffer, 0, ACK_LENGTH);
    return view;
  }

  MessageView delete(final int consumerId) {
    buffer.putInt(0, consumerId, ORDER);
    view.clear();
    view.payload().wrap(buffer, 0, 4);
    return view;
  }

  MessageView config(
      final int consumerId,
      final String name,
      final long createdNs,
      final long firstSequence,
      final long listEnd,
      final byte[] json) {
    buffer.putInt(0, consumerId, ORDER);
    buffer.putInt(4, 0, ORDER);
    buffer.putLong(8, createdNs, ORDER);
    buffer.putLong(16, firstSequence, ORDER);
    buffer.putLong(24, listEnd, ORDER);
    buffer.putBytes(CONFIG_LENGTH, json);
    view.clear();
    view.subject().wrap(Slice.of(name));
    view.payload().wrap(buffer, 0, CONFIG_LENGTH + json.length);
    return view;
  }

  /**
   * Begins a state; entries follow by {@link #entry} and {@link #exhausted}, then {@link #state}.
   */
  void beginState() {
    entries = 0;
    exhausted = 0;
    at = STATE_LENGTH;
  }

  void entry(final long sequence, final long consumerSequence, final int redeliveries) {
    buffer.putLong(at, sequence, ORDER);
    buffer.putLong(at + 8, consumerSequence, ORDER);
    buffer.putInt(at + 16, redeliveries, ORDER);
    at += STATE_ENTRY_LENGTH;
    entries++;
  }

  void exhausted(final long sequence, final int redeliveries) {
    buffer.putLong(at, sequence, ORDER);
    buffer.putInt(at + 8, redeliveries, ORDER);
    at += EXHAUSTED_LENGTH;
    exhausted++;
  }

  MessageView state(
      final int consumerId,
      final long deliveredSequence,
      final long deliveredConsumerSequence,
      final long floorSequence,
      final long floorConsumerSequence,
      final long nextSequence,
      final long lastDeliveredNs,
      final long lastAckNs) {
    buffer.putInt(0, consumerId, ORDER);
    buffer.putInt(4, entries, ORDER);
    buffer.putInt(8, exhausted, ORDER);
    buffer.putInt(12, 0, ORDER);
    buffer.putLong(16, deliveredSequence, ORDER);
    buffer.putLong(24, deliveredConsumerSequence, ORDER);
    buffer.putLong(32, floorSequence, ORDER);
    buffer.putLong(40, floorConsumerSequence, ORDER);
    buffer.putLong(48, nextSequence, ORDER);
    buffer.putLong(56, lastDeliveredNs, ORDER);
    buffer.putLong(64, lastAckNs, ORDER);
    view.clear();
    view.payload().wrap(buffer, 0, at);
    return view;
  }

  /** The JSON text of a configuration record. */
  static byte[] configJson(final FrameView frame) {
    final DirectBuffer bytes = frame.buffer();
    final byte[] json = new byte[frame.payloadLength() - CONFIG_LENGTH];
    bytes.getBytes(frame.payloadOffset() + CONFIG_LENGTH, json);
    return json;
  }
}
