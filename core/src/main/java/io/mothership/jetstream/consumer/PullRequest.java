package io.mothership.jetstream.consumer;

import io.mothership.frame.Slice;
import io.mothership.jetstream.model.Deadline;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One client's wish for messages, waiting in a {@link PullQueue}. Reused.
 *
 * <p>Times are monotonic ns or {@link Deadline#NEVER}.
 */
final class PullRequest {
  private final Slice reply = new Slice();
  private final UnsafeBuffer replyBuffer = new UnsafeBuffer(new byte[64]);
  PullRequest previous;
  PullRequest next;
  boolean isQueued;

  /** Messages still wanted. */
  long wanted;

  /** Messages sent so far. */
  long delivered;

  /** Bytes still wanted, 0 = no bound. */
  long bytesLeft;

  boolean isNoWait;
  long expiresNs;

  /** 0 = none. */
  long heartbeatNs;

  long nextHeartbeatNs;
  long minPending;
  long minAckPending;
  int priority;

  /** Pinned client this request claims to be. */
  String pinId = "";

  /** The interest version at which somebody was seen to listen to {@link #reply}. */
  long interestVersion;

  /** Where the messages go. */
  Slice reply() {
    return reply;
  }

  void reply(final Slice newReply) {
    if (replyBuffer.capacity() < newReply.length()) {
      replyBuffer.wrap(new byte[Math.max(newReply.length(), replyBuffer.capacity() * 2)]);
    }
    replyBuffer.putBytes(0, newReply.buffer(), newReply.offset(), newReply.length());
    reply.wrap(replyBuffer, 0, newReply.length());
  }

  /** Messages it can still take: one at least while it waits, as clients may ask for none. */
  long demand() {
    return delivered > 0 ? Math.max(0, wanted) : Math.max(1, wanted);
  }

  boolean isDone() {
    return wanted <= 0;
  }

  /** The earliest time at which something has to be done for it. */
  long deadlineNs() {
    return Math.min(expiresNs, nextHeartbeatNs);
  }

  void heartbeatFrom(final long nowNs) {
    nextHeartbeatNs = heartbeatNs == 0 ? Deadline.NEVER : Deadline.after(nowNs, heartbeatNs);
  }

  /** Takes what {@code decoder} read, at time {@code nowNs}. */
  void set(final PullDecoder decoder, final Slice newReply, final long nowNs) {
    reply(newReply);
    wanted = decoder.batch();
    delivered = 0;
    bytesLeft = decoder.bytesMax();
    isNoWait = decoder.isNoWait();
    expiresNs =
        decoder.expiresNs() == 0 ? Deadline.NEVER : Deadline.after(nowNs, decoder.expiresNs());
    heartbeatNs = Math.max(0, decoder.heartbeatNs());
    heartbeatFrom(nowNs);
    minPending = decoder.minPending();
    minAckPending = decoder.minAckPending();
    priority = (int) decoder.priority();
    pinId = decoder.pinId();
    interestVersion = -1;
  }
}
