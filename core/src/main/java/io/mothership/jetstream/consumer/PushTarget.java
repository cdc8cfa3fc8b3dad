package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.model.Deadline;
import java.nio.charset.StandardCharsets;
import org.agrona.ExpandableArrayBuffer;

/**
 * Sends to the deliver subject while somebody listens there, at the pace flow control allows.
 *
 * <p>Flow control: half a window of bytes after the last answer a request goes out, at a whole
 * window delivery waits for its answer; each answer doubles the window up to {@value
 * #WINDOW_MAX_LENGTH} bytes.
 */
final class PushTarget implements DeliverTarget {
  static final int WINDOW_MAX_LENGTH = 32 * 1024 * 1024;

  private static final int WINDOW_START_LENGTH = WINDOW_MAX_LENGTH / 16;
  private static final int DEMAND = 64;
  private static final byte[] FLOW_CONTROL = DeliverEncoder.ascii("100 FlowControl Request");
  private static final byte[] FLOW_CONTROL_PREFIX = DeliverEncoder.ascii("$JS.FC.");

  private final Consumer consumer;
  private final int accountId;
  private final Slice subject = new Slice();
  private final Slice flowReply = new Slice();
  private final ExpandableArrayBuffer flowReplyBuffer = new ExpandableArrayBuffer(128);
  private byte[] group;
  private boolean isActive;
  private long inactiveSinceNs;
  private long nextHeartbeatNs = Long.MAX_VALUE;
  private int windowLength = WINDOW_START_LENGTH;
  private long sentBytes;
  private long requestedBytes;
  private boolean isFlowRequested;

  PushTarget(final Consumer consumer) {
    this.consumer = consumer;
    this.accountId = consumer.stream().accountId();
    this.subject.wrap(Slice.of(consumer.config().deliverSubject()));
    this.group = group();
  }

  @Override
  public void open(final long nowNs) {
    inactiveSinceNs = nowNs;
    refreshInterest();
  }

  Slice subject() {
    return subject;
  }

  /** Whether somebody listens. */
  boolean isActive() {
    return isActive;
  }

  private byte[] group() {
    return consumer.config().deliverGroup().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Looks whether somebody listens whom it is for: who is in its group, or in none if it has none.
   */
  void refreshInterest() {
    final boolean hasInterest = consumer.exchange().hasInterest(accountId, subject, group);
    if (hasInterest == isActive) {
      return;
    }
    isActive = hasInterest;
    if (isActive) {
      restartHeartbeat();
      consumer.wake();
    } else {
      inactiveSinceNs = consumer.exchange().monotonicNs();
      nextHeartbeatNs = Long.MAX_VALUE;
    }
    consumer.arm();
  }

  @Override
  public long heapBytes() {
    return 0;
  }

  @Override
  public boolean isReady() {
    return isActive && !(consumer.config().hasFlowControl() && sentBytes > windowLength);
  }

  @Override
  public long demand() {
    return DEMAND;
  }

  @Override
  public boolean select(final int size) {
    return isReady();
  }

  @HotPath
  @Override
  public void send(final MessageView message, final int size) {
    consumer.exchange().routeTo(accountId, subject, message);
    restartHeartbeat();
    if (!consumer.config().hasFlowControl()) {
      return;
    }
    sentBytes += size;
    if (!isFlowRequested && sentBytes > windowLength / 2) {
      requestFlowControl();
    } else if (isFlowRequested && sentBytes - requestedBytes >= windowLength) {
      requestedBytes += size;
    }
  }

  /** Somebody answered on a flow control subject of this consumer. */
  void onFlowControl(final Slice answered) {
    if (!isFlowRequested || !isEqual(answered, flowReply)) {
      return;
    }
    windowLength = Math.min(windowLength * 2, WINDOW_MAX_LENGTH);
    sentBytes = Math.max(0, sentBytes - requestedBytes);
    requestedBytes = 0;
    isFlowRequested = false;
    flowReply.clear();
    consumer.wake();
  }

  private void requestFlowControl() {
    int at = put(0, FLOW_CONTROL_PREFIX);
    at = put(at, consumer.path());
    flowReplyBuffer.putByte(at++, (byte) '.');
    for (int i = 0; i < 4; i++) {
      flowReplyBuffer.putByte(at++, (byte) consumer.randomLetter());
    }
    flowReply.wrap(flowReplyBuffer, 0, at);
    isFlowRequested = true;
    requestedBytes = sentBytes;
    final MessageView request = consumer.encoder().status(subject, FLOW_CONTROL);
    request.reply().wrap(flowReply);
    consumer.exchange().routeTo(accountId, subject, request);
  }

  private int put(final int at, final byte[] bytes) {
    flowReplyBuffer.putBytes(at, bytes);
    return at + bytes.length;
  }

  private static boolean isEqual(final Slice one, final Slice other) {
    if (one.length() != other.length()) {
      return false;
    }
    for (int i = 0; i < one.length(); i++) {
      if (one.byteAt(i) != other.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void onIdle(final boolean isStalled) {
    // Heartbeats tell the client by themselves.
  }

  @Override
  public long deadlineNs() {
    return nextHeartbeatNs;
  }

  @Override
  public void onTimer(final long nowNs) {
    if (isActive && nextHeartbeatNs <= nowNs) {
      final MessageView beat =
          consumer
              .encoder()
              .heartbeat(
                  subject,
                  consumer.deliveredConsumerSequence(),
                  consumer.deliveredSequence(),
                  flowReply);
      consumer.exchange().routeTo(accountId, subject, beat);
      restartHeartbeat();
    }
  }

  private void restartHeartbeat() {
    final long everyNs = consumer.config().idleHeartbeatNs();
    nextHeartbeatNs =
        everyNs == 0 ? Deadline.NEVER : Deadline.after(consumer.exchange().monotonicNs(), everyNs);
  }

  @Override
  public long unusedSinceNs() {
    return isActive ? Long.MAX_VALUE : inactiveSinceNs;
  }

  @Override
  public void onConfigChanged() {
    final byte[] wanted = consumer.config().deliverSubject().getBytes(StandardCharsets.UTF_8);
    if (!subject.contentEquals(wanted)) {
      subject.wrap(Slice.of(wanted));
      isFlowRequested = false;
      flowReply.clear();
      sentBytes = 0;
    }
    group = group();
    refreshInterest();
  }

  @Override
  public void close() {
    isActive = false;
    nextHeartbeatNs = Long.MAX_VALUE;
  }
}
