package io.mothership.journal;

import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The records that a simulation appended, by their position: the journal sequence less one. It
 * forgets none that may still be there, not even those that the journal has freed.
 */
public final class AppendedFrames {
  private static final int ABSENT = -1;

  private final List<UnsafeBuffer> frames = new ArrayList<>();
  private final Long2LongHashMap messages = new Long2LongHashMap(ABSENT);
  private final Long2LongHashMap acknowledgements = new Long2LongHashMap(ABSENT);
  private final FrameView scratch = new FrameView();
  private int durable;

  public int count() {
    return frames.size();
  }

  /** How many were synced, from the first on. */
  public int durable() {
    return durable;
  }

  public void durable(final int count) {
    durable = count;
  }

  public void add(final UnsafeBuffer bytes) {
    final FrameView added = scratch.wrap(bytes, 0);
    final long key = key(added.streamId(), added.streamSequence());
    switch (added.recordType()) {
      case MESSAGE -> messages.put(key, frames.size());
      case ACK -> acknowledgements.putIfAbsent(key, frames.size());
      default -> {
        // Nobody asks for the others.
      }
    }
    frames.add(bytes);
  }

  /** Forgets all but the first ones. */
  public void truncate(final int count) {
    while (frames.size() > count) {
      final FrameView lost = scratch.wrap(frames.removeLast(), 0);
      final long key = key(lost.streamId(), lost.streamSequence());
      messages.remove(key, frames.size());
      acknowledgements.remove(key, frames.size());
    }
  }

  public FrameView wrap(final int position, final FrameView frame) {
    return frame.wrap(frames.get(position), 0);
  }

  /** Highest outbox id of any record, 0 = none. */
  public long outboxId() {
    long highest = 0;
    for (final UnsafeBuffer frame : frames) {
      highest = Math.max(highest, scratch.wrap(frame, 0).outboxId());
    }
    return highest;
  }

  /** Whether the record of a message survives a power cut. */
  public boolean isDurable(final int streamId, final long streamSequence) {
    final long at = messages.get(key(streamId, streamSequence));
    return at != ABSENT && at < durable;
  }

  /** Whether the record of a message was appended. */
  public boolean has(final int streamId, final long streamSequence) {
    return messages.get(key(streamId, streamSequence)) != ABSENT;
  }

  /** Whether a consumer's acknowledgement of a message was appended. */
  public boolean hasAcknowledgement(final int streamId, final long streamSequence) {
    return acknowledgements.get(key(streamId, streamSequence)) != ABSENT;
  }

  /** Hands out the records of messages, in order. */
  public void messages(final FrameConsumer consumer) {
    for (int at = 0; at < frames.size(); at++) {
      scratch.wrap(frames.get(at), 0);
      if (scratch.recordType() == RecordType.MESSAGE) {
        consumer.onFrame(scratch, at);
      }
    }
  }

  /** Wraps the record of a message; false if there is none. */
  public boolean find(final int streamId, final long streamSequence, final FrameView frame) {
    final long at = messages.get(key(streamId, streamSequence));
    if (at == ABSENT) {
      return false;
    }
    wrap((int) at, frame);
    return true;
  }

  private static long key(final int streamId, final long streamSequence) {
    return ((long) streamId << 48) ^ streamSequence;
  }
}
