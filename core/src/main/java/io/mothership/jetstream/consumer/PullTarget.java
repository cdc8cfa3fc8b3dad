package io.mothership.jetstream.consumer;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.ConsumerConfig.Priority;
import io.mothership.jetstream.model.ConsumerDuration;
import io.mothership.jetstream.model.Deadline;
import io.mothership.json.JsonException;
import java.nio.charset.StandardCharsets;

/**
 * Sends to whoever asked with {@code MSG.NEXT}, in turn, and tells each what it did not get.
 *
 * <p><i>Back-pressure:</i> at most {@code max_waiting} requests wait; more are answered with a
 * status.
 */
public final class PullTarget implements DeliverTarget {
  private static final byte[] NO_MESSAGES = DeliverEncoder.ascii("404 No Messages");
  private static final byte[] TIMEOUT = DeliverEncoder.ascii("408 Request Timeout");
  private static final byte[] REQUESTS_PENDING = DeliverEncoder.ascii("408 Requests Pending");
  private static final byte[] TOO_LARGE = DeliverEncoder.ascii("409 Message Size Exceeds MaxBytes");
  private static final byte[] BATCH_COMPLETED = DeliverEncoder.ascii("409 Batch Completed");
  private static final byte[] TOO_MANY = DeliverEncoder.ascii("409 Exceeded MaxWaiting");
  private static final byte[] DELETED = DeliverEncoder.ascii("409 Consumer Deleted");
  private static final byte[] WRONG_PIN = DeliverEncoder.ascii("423 Nats-Wrong-Pin-Id");

  private static final Slice NO_SLICE = new Slice();

  private final Consumer consumer;
  private final int accountId;
  private final PullDecoder decoder = new PullDecoder();
  private final PullQueue queue = new PullQueue();
  private PullRequest selected;
  private long lastUsedNs;
  private String pinId = "";
  private long pinnedAtNs;
  private long pinExpiresNs = Deadline.NEVER;

  PullTarget(final Consumer consumer) {
    this.consumer = consumer;
    this.accountId = consumer.stream().accountId();
  }

  @Override
  public void open(final long nowNs) {
    lastUsedNs = nowNs;
  }

  /** Requests that wait, without those nobody listens for any more. */
  public int waitingCount() {
    sweep(false);
    return queue.count();
  }

  /** The pinned client, or nothing. */
  public String pinId() {
    return pinId;
  }

  /** When it was pinned, ns since 1970; 0 = never. */
  public long pinnedAtNs() {
    return pinnedAtNs;
  }

  public void unpin() {
    pinId = "";
    pinExpiresNs = Deadline.NEVER;
    consumer.wake();
  }

  /** A request; {@code body} is as {@code MSG.NEXT} and {@code +NXT} have it. */
  void onRequest(final Slice reply, final Slice body) {
    if (reply.isEmpty()) {
      return;
    }
    try {
      decoder.decode(body);
    } catch (final JsonException e) {
      refuse(reply, 400, "Bad Request - " + e.getMessage());
      return;
    }
    if (!isWithinLimits(reply) || !isPriorityUnderstood(reply)) {
      return;
    }
    final long nowNs = consumer.exchange().monotonicNs();
    if (queue.count() >= consumer.config().waitingMax()) {
      sweep(false);
    }
    if (decoder.isNoWait()) {
      final long available = consumer.available();
      if (available == 0 && decoder.expiresNs() == 0) {
        lastUsedNs = nowNs;
        status(reply, NO_MESSAGES);
        return;
      }
      if (available > 0) {
        sweep(false);
        if (available < queue.wanted()) {
          lastUsedNs = nowNs;
          status(reply, REQUESTS_PENDING);
          return;
        }
      }
    }
    if (queue.count() >= consumer.config().waitingMax()
        || !consumer.hasStateFor(PullQueue.REQUEST_BYTES)) {
      if (decoder.heartbeatNs() == 0) {
        status(reply, TOO_MANY);
      }
      return;
    }
    lastUsedNs = nowNs;
    final PullRequest request = queue.take();
    request.set(decoder, reply, nowNs);
    if (consumer.config().priorityPolicy() == Priority.PRIORITIZED) {
      queue.addByPriority(request);
    } else {
      queue.addLast(request);
    }
    consumer.countState();
    consumer.wake();
    consumer.armBy(request.deadlineNs());
  }

  @Override
  public long heapBytes() {
    return queue.heapBytes();
  }

  private boolean isWithinLimits(final Slice reply) {
    final ConsumerConfig config = consumer.config();
    if (config.requestBatchMax() > 0 && decoder.batch() > config.requestBatchMax()) {
      refuse(reply, 409, "Exceeded MaxRequestBatch of " + config.requestBatchMax());
      return false;
    }
    if (config.requestExpiresMaxNs() > 0 && decoder.expiresNs() > config.requestExpiresMaxNs()) {
      refuse(
          reply,
          409,
          "Exceeded MaxRequestExpires of " + ConsumerDuration.text(config.requestExpiresMaxNs()));
      return false;
    }
    if (config.requestBytesMax() > 0 && decoder.bytesMax() > config.requestBytesMax()) {
      refuse(reply, 409, "Exceeded MaxRequestMaxBytes of " + config.requestBytesMax());
      return false;
    }
    return true;
  }

  private boolean isPriorityUnderstood(final Slice reply) {
    final Priority policy = consumer.config().priorityPolicy();
    if ((decoder.minPending() != 0 || decoder.minAckPending() != 0)
        && policy != Priority.OVERFLOW) {
      refuse(reply, 400, "Bad Request - Not a Overflow Priority consumer");
      return false;
    }
    if (!decoder.pinId().isEmpty() && policy != Priority.PINNED_CLIENT) {
      refuse(reply, 400, "Bad Request - Not a Pinned Client Priority consumer");
      return false;
    }
    if (decoder.priority() < 0 || decoder.priority() > 9) {
      refuse(reply, 400, "Bad Request - Priority must be between 0 and 9");
      return false;
    }
    if (policy == Priority.NONE) {
      return true;
    }
    if (decoder.group().isEmpty()) {
      refuse(reply, 400, "Bad Request - Priority Group missing");
      return false;
    }
    if (!consumer.config().priorityGroups().contains(decoder.group())) {
      refuse(reply, 400, "Bad Request - Invalid Priority Group");
      return false;
    }
    if (!pinId.isEmpty()) {
      if (decoder.pinId().equals(pinId)) {
        restartPin();
      } else if (!decoder.pinId().isEmpty()) {
        refuse(reply, 423, "Nats-Pin-Id mismatch");
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean isReady() {
    return !queue.isEmpty();
  }

  @Override
  public long demand() {
    return queue.wanted();
  }

  @HotPath
  @Override
  public boolean select(final int size) {
    final long nowNs = consumer.exchange().monotonicNs();
    int cycled = 0;
    while (!queue.isEmpty()) {
      final PullRequest request = queue.first();
      if (request.expiresNs <= nowNs) {
        end(request, TIMEOUT);
      } else if (isWrongPin(request)) {
        end(request, WRONG_PIN);
      } else if (isHeldBack(request)) {
        queue.cycle();
        if (++cycled >= queue.count()) {
          return false;
        }
      } else if (request.bytesLeft > 0 && size > request.bytesLeft) {
        end(request, TOO_LARGE);
      } else if (!isHeard(request)) {
        drop(request);
      } else {
        if (request.bytesLeft > 0) {
          request.bytesLeft -= size;
          if (request.bytesLeft == 0) {
            queue.limitTo(request, 1);
          }
        }
        selected = request;
        pin(request);
        return true;
      }
    }
    return false;
  }

  private boolean isWrongPin(final PullRequest request) {
    return consumer.config().priorityPolicy() == Priority.PINNED_CLIENT
        && !request.pinId.isEmpty()
        && !request.pinId.equals(pinId);
  }

  private boolean isHeldBack(final PullRequest request) {
    if (!pinId.isEmpty()) {
      return request.pinId.isEmpty();
    }
    if (consumer.config().priorityPolicy() != Priority.OVERFLOW
        || (request.minPending <= 0 && request.minAckPending <= 0)) {
      return false;
    }
    final boolean isBehind = request.minPending > 0 && request.minPending <= consumer.numPending();
    final boolean isUnacked =
        request.minAckPending > 0 && request.minAckPending <= consumer.ackPendingCount();
    return !isBehind && !isUnacked;
  }

  private void pin(final PullRequest request) {
    if (consumer.config().priorityPolicy() != Priority.PINNED_CLIENT) {
      return;
    }
    if (pinId.isEmpty()) {
      pinId = consumer.randomId();
      request.pinId = pinId;
      pinnedAtNs = consumer.exchange().wallNs();
      consumer.events().onPinned(consumer, pinId);
      restartPin();
    }
  }

  private void restartPin() {
    pinExpiresNs =
        Deadline.after(consumer.exchange().monotonicNs(), consumer.config().priorityTimeoutNs());
    consumer.armBy(pinExpiresNs);
  }

  @HotPath
  @Override
  public void send(final MessageView message, final int size) {
    final PullRequest request = selected;
    selected = null;
    final long nowNs = consumer.exchange().monotonicNs();
    lastUsedNs = nowNs;
    if (!pinId.isEmpty()) {
      consumer.encoder().addPinId(message, pinId);
    }
    queue.countDelivery(request);
    request.heartbeatFrom(nowNs);
    if (!request.isDone() && consumer.config().priorityPolicy() != Priority.PRIORITIZED) {
      queue.cycle();
    }
    consumer.exchange().routeTo(accountId, request.reply(), message);
    if (request.isDone()) {
      if (request.bytesLeft > 0) {
        pullStatus(request, BATCH_COMPLETED);
      }
      drop(request);
    }
  }

  @Override
  public void onIdle(final boolean isStalled) {
    sweep(!isStalled);
  }

  @Override
  public long deadlineNs() {
    long deadline = pinExpiresNs;
    for (PullRequest request = queue.first(); request != null; request = request.next) {
      deadline = Math.min(deadline, request.deadlineNs());
    }
    return deadline;
  }

  @Override
  public void onTimer(final long nowNs) {
    if (pinExpiresNs <= nowNs) {
      consumer.events().onUnpinned(consumer, "timeout");
      unpin();
    }
    for (PullRequest request = queue.first(); request != null; ) {
      final PullRequest next = request.next;
      final boolean isBeatDue = request.nextHeartbeatNs <= nowNs && request.expiresNs > nowNs;
      if (isBeatDue && request.isNoWait && request.delivered > 0) {
        // It has what there was; what it could still get is held back by what it acknowledges.
        status(request.reply(), NO_MESSAGES);
        drop(request);
      } else if (isBeatDue) {
        consumer
            .exchange()
            .route(
                accountId,
                consumer
                    .encoder()
                    .heartbeat(
                        request.reply(),
                        consumer.deliveredConsumerSequence(),
                        consumer.deliveredSequence(),
                        NO_SLICE));
        request.heartbeatFrom(nowNs);
      }
      request = next;
    }
    sweep(false);
  }

  /**
   * Ends what has expired or is not listened to; at the end of the stream also what would not wait.
   */
  private void sweep(final boolean isAtEnd) {
    final long nowNs = consumer.exchange().monotonicNs();
    for (PullRequest request = queue.first(); request != null; ) {
      final PullRequest next = request.next;
      if (request.expiresNs <= nowNs) {
        end(request, TIMEOUT);
      } else if (isAtEnd
          && request.isNoWait
          && (request.expiresNs == Deadline.NEVER || request.delivered > 0)) {
        status(request.reply(), NO_MESSAGES);
        drop(request);
      } else if (!isHeard(request)) {
        drop(request);
      }
      request = next;
    }
  }

  private boolean isHeard(final PullRequest request) {
    final long version = consumer.interestVersion();
    if (request.interestVersion == version) {
      return true;
    }
    if (consumer.exchange().hasInterest(accountId, request.reply())) {
      request.interestVersion = version;
      return true;
    }
    return false;
  }

  private void end(final PullRequest request, final byte[] codeAndText) {
    pullStatus(request, codeAndText);
    drop(request);
  }

  private void drop(final PullRequest request) {
    // What was just sent to it may have ended it: its reply can be any subject.
    if (queue.remove(request)) {
      queue.giveBack(request);
    }
  }

  private void pullStatus(final PullRequest request, final byte[] codeAndText) {
    consumer
        .exchange()
        .route(
            accountId,
            consumer
                .encoder()
                .pullStatus(request.reply(), codeAndText, request.wanted, request.bytesLeft));
  }

  private void status(final Slice reply, final byte[] codeAndText) {
    consumer.exchange().route(accountId, consumer.encoder().status(reply, codeAndText));
  }

  private void refuse(final Slice reply, final int code, final String text) {
    status(reply, (code + " " + text).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public long unusedSinceNs() {
    sweep(false);
    return queue.isEmpty() ? lastUsedNs : Deadline.NEVER;
  }

  @Override
  public void onConfigChanged() {
    consumer.wake();
  }

  @Override
  public void close() {
    for (PullRequest request = queue.first(); request != null; request = queue.first()) {
      status(request.reply(), DELETED);
      drop(request);
    }
  }
}
