package io.mothership.jetstream.stream;

import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.journal.Location;
import io.mothership.journal.StateDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.collections.IntHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a stream comes to know that the disk did not keep messages of it, and lets go of them: they
 * are deleted from then on, and remembered as lost.
 *
 * <p><i>Thread:</i> ms-dispatch, except recovery.
 */
final class StreamLosses {
  private static final Logger LOG = LoggerFactory.getLogger(StreamLosses.class);

  /** The removal of a lost message has its size as payload; other removals have none. */
  private static final int SIZE_LENGTH = Integer.BYTES;

  private final StreamHome owner;
  private final Stream stream;
  private final LostMessages lost = new LostMessages();

  /** Records missing in the journal up to this stream's last message; at start. */
  private long missingBefore;

  StreamLosses(final StreamHome owner, final Stream stream) {
    this.owner = owner;
    this.stream = stream;
    this.missingBefore = owner.gaps().missing();
  }

  LostMessages lost() {
    return lost;
  }

  /**
   * A message's record cannot be read any more where it lay; of no effect if the message is gone or
   * lies elsewhere. The journal is told, so that a start comes to the same: where it has no room
   * for that, the loss is found again.
   */
  void onUnreadable(final long sequence, final long location) {
    final StreamIndex index = stream.index();
    if (!index.isPresent(sequence) || index.location(sequence) != location) {
      return;
    }
    final int size = index.size(sequence);
    final MessageView removal = new MessageView();
    removal.payload().wrap(Slice.of(ByteBuffer.allocate(SIZE_LENGTH).putInt(size).array()));
    owner
        .exchange()
        .tryAppend(RecordType.DELETE, stream.accountId(), stream.id(), sequence, false, 0, removal);
    add(sequence, size);
    stream.drop(sequence);
  }

  /** Applies a removal found in the journal at start. */
  void onRemovalRecovered(final FrameView frame) {
    if (frame.payloadLength() == SIZE_LENGTH) {
      lost.add(
          frame.streamSequence(),
          frame.buffer().getInt(frame.payloadOffset(), ByteOrder.BIG_ENDIAN));
    }
    stream.drop(frame.streamSequence());
  }

  /**
   * A message is about to be applied that was found in the journal at start. Of the sequences
   * missing before it, as many are lost as records are missing since the message before it; a gap
   * beyond that was left on purpose. Nobody knows the sizes.
   */
  void onMessageRecovered(final long sequence) {
    final long missing = owner.gaps().missing();
    final long last = stream.lastSequence();
    final long end = Math.min(sequence - 1, last + missing - missingBefore);
    for (long at = last + 1; at <= end; at++) {
      add(at, 0);
    }
    missingBefore = missing;
  }

  /** Everything in these segments is lost; found again by each start. */
  void onSegmentsLost(final IntHashSet segments) {
    final StreamIndex index = stream.index();
    for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
      if (segments.contains(Location.segment(index.location(at)))) {
        add(at, index.size(at));
        stream.drop(at);
      }
    }
  }

  /** Takes the place of what was frozen. */
  void restore(final StateDecoder in) {
    lost.restore(in);
  }

  private void add(final long sequence, final int size) {
    lost.add(sequence, size);
    // Repeated errors are counted, not repeated.
    if (Long.bitCount(lost.count()) == 1) {
      LOG.error(
          "the disk did not keep a message: stream={}, sequence={}, lostUntilNow={}",
          stream.name(),
          sequence,
          lost.count());
    }
  }
}
