package io.mothership.jetstream.stream;

import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * The headers of a publish that mean something to a stream, found in the raw block in one pass.
 *
 * <p><i>Thread:</i> one. <i>Allocates:</i> never.
 */
final class PublishHeaders {
  private static final byte[] PREFIX = ascii("Nats-");
  private static final byte[] MESSAGE_ID = ascii("Msg-Id");
  private static final byte[] EXPECTED_STREAM = ascii("Expected-Stream");
  private static final byte[] EXPECTED_LAST_SEQUENCE = ascii("Expected-Last-Sequence");
  private static final byte[] EXPECTED_SUBJECT_SEQUENCE = ascii("Expected-Last-Subject-Sequence");
  private static final byte[] EXPECTED_SUBJECT = ascii("Expected-Last-Subject-Sequence-Subject");
  private static final byte[] EXPECTED_LAST_ID = ascii("Expected-Last-Msg-Id");
  private static final byte[] ROLLUP = ascii("Rollup");
  private static final byte[] TTL = ascii("TTL");
  private static final byte[] MARKER_REASON = ascii("Marker-Reason");
  private static final byte[] SOURCE = ascii("Stream-Source");
  private static final byte[] BATCH_ID = ascii("Batch-Id");
  private static final byte[] INCREMENT = ascii("Incr");
  private static final byte[] SCHEDULE = ascii("Schedule");
  private static final byte[] SCHEDULER = ascii("Scheduler");
  private static final byte[] SCHEDULE_NEXT = ascii("Schedule-Next");
  private static final byte[] KEY_OPERATION = ascii("KV-Operation:");
  private static final byte[] KEY_PURGE = ascii("PURGE");

  private final Slice messageId = new Slice();
  private final Slice expectedStream = new Slice();
  private final Slice expectedLastSequence = new Slice();
  private final Slice expectedSubjectSequence = new Slice();
  private final Slice expectedSubject = new Slice();
  private final Slice expectedLastId = new Slice();
  private final Slice rollup = new Slice();
  private final Slice ttl = new Slice();
  private final Slice source = new Slice();
  private final Slice markerReason = new Slice();
  private final Slice batchId = new Slice();
  private final Slice increment = new Slice();
  private final Slice schedule = new Slice();
  private final Slice scheduler = new Slice();
  private final Slice scheduleNext = new Slice();
  private final Slice keyOperation = new Slice();

  /** Reads a header block, which may be empty; values are valid as long as it is. */
  @HotPath
  PublishHeaders wrap(final Slice block) {
    messageId.clear();
    expectedStream.clear();
    expectedLastSequence.clear();
    expectedSubjectSequence.clear();
    expectedSubject.clear();
    expectedLastId.clear();
    rollup.clear();
    ttl.clear();
    source.clear();
    markerReason.clear();
    batchId.clear();
    increment.clear();
    schedule.clear();
    scheduler.clear();
    scheduleNext.clear();
    keyOperation.clear();
    final DirectBuffer buffer = block.buffer();
    final int end = block.offset() + block.length();
    int at = lineEnd(buffer, block.offset(), end) + 2;
    while (at < end) {
      final int lineEnd = lineEnd(buffer, at, end);
      if (isAt(buffer, at, lineEnd, PREFIX)) {
        line(buffer, at + PREFIX.length, lineEnd);
      } else if (isAt(buffer, at, lineEnd, KEY_OPERATION)) {
        value(keyOperation, buffer, at + KEY_OPERATION.length, lineEnd);
      }
      at = lineEnd + 2;
    }
    return this;
  }

  Slice messageId() {
    return messageId;
  }

  Slice expectedStream() {
    return expectedStream;
  }

  Slice expectedLastSequence() {
    return expectedLastSequence;
  }

  Slice expectedSubjectSequence() {
    return expectedSubjectSequence;
  }

  Slice expectedSubject() {
    return expectedSubject;
  }

  Slice expectedLastId() {
    return expectedLastId;
  }

  Slice rollup() {
    return rollup;
  }

  Slice ttl() {
    return ttl;
  }

  Slice source() {
    return source;
  }

  /** The batch of which the message is a part; all of it or nothing is to be stored. */
  Slice batchId() {
    return batchId;
  }

  /** What the message adds to a counter. */
  Slice increment() {
    return increment;
  }

  /** When the message is to be published. */
  Slice schedule() {
    return schedule;
  }

  /** The subject of the schedule that made this message. */
  Slice scheduler() {
    return scheduler;
  }

  /** What becomes of that schedule. */
  Slice scheduleNext() {
    return scheduleNext;
  }

  /** Whether the message says that its subject is gone: a delete marker, or a key's purge. */
  boolean isDeleteMarker() {
    return !markerReason.isEmpty() || keyOperation.contentEquals(KEY_PURGE);
  }

  /** Decimal digits as a number; -1 if there is anything else or nothing. */
  @HotPath
  static long number(final Slice digits) {
    if (digits.isEmpty() || digits.length() > 19) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      final int digit = digits.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value < 0 ? -1 : value;
  }

  private void line(final DirectBuffer buffer, final int name, final int end) {
    int colon = name;
    while (colon < end && buffer.getByte(colon) != ':') {
      colon++;
    }
    final Slice target = target(buffer, name, colon);
    if (target == null || !target.isEmpty() || colon == end) {
      return;
    }
    value(target, buffer, colon + 1, end);
  }

  private static void value(
      final Slice target, final DirectBuffer buffer, final int start, final int end) {
    int from = start;
    int to = end;
    while (from < to && isBlank(buffer.getByte(from))) {
      from++;
    }
    while (to > from && isBlank(buffer.getByte(to - 1))) {
      to--;
    }
    target.wrap(buffer, from, to - from);
  }

  private Slice target(final DirectBuffer buffer, final int from, final int to) {
    return switch (to - from) {
      case 3 -> isAt(buffer, from, to, TTL) ? ttl : null;
      case 4 -> isAt(buffer, from, to, INCREMENT) ? increment : null;
      case 6 ->
          isAt(buffer, from, to, MESSAGE_ID)
              ? messageId
              : isAt(buffer, from, to, ROLLUP) ? rollup : null;
      case 8 ->
          isAt(buffer, from, to, SCHEDULE)
              ? schedule
              : isAt(buffer, from, to, BATCH_ID) ? batchId : null;
      case 9 -> isAt(buffer, from, to, SCHEDULER) ? scheduler : null;
      case 13 ->
          isAt(buffer, from, to, SOURCE)
              ? source
              : isAt(buffer, from, to, MARKER_REASON)
                  ? markerReason
                  : isAt(buffer, from, to, SCHEDULE_NEXT) ? scheduleNext : null;
      case 15 -> isAt(buffer, from, to, EXPECTED_STREAM) ? expectedStream : null;
      case 20 -> isAt(buffer, from, to, EXPECTED_LAST_ID) ? expectedLastId : null;
      case 22 -> isAt(buffer, from, to, EXPECTED_LAST_SEQUENCE) ? expectedLastSequence : null;
      case 30 -> isAt(buffer, from, to, EXPECTED_SUBJECT_SEQUENCE) ? expectedSubjectSequence : null;
      case 38 -> isAt(buffer, from, to, EXPECTED_SUBJECT) ? expectedSubject : null;
      default -> null;
    };
  }

  private static int lineEnd(final DirectBuffer buffer, final int from, final int end) {
    int at = from;
    while (at < end && buffer.getByte(at) != '\r') {
      at++;
    }
    return at;
  }

  private static boolean isAt(
      final DirectBuffer buffer, final int from, final int to, final byte[] text) {
    if (to - from < text.length) {
      return false;
    }
    for (int i = 0; i < text.length; i++) {
      if (buffer.getByte(from + i) != text[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBlank(final byte b) {
    return b == ' ' || b == '\t';
  }

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
