package io.mothership.jetstream.stream;

import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.GoDuration;
import io.mothership.jetstream.model.StreamConfig;
import java.util.List;

/**
 * Whether a stream takes a message by the message's headers and the stream's limits; a publish that
 * it does not take is refused here.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing for an accepted message without unusual
 * headers.
 */
final class PublishChecks {
  static final long TTL_INVALID = -2;

  private static final long SECOND_NS = 1_000_000_000L;

  private final Stream stream;
  private final StreamIntake intake;
  private final PublishHeaders headers;

  /**
   * @param headers of the message that is checked
   */
  PublishChecks(final Stream stream, final StreamIntake intake, final PublishHeaders headers) {
    this.stream = stream;
    this.intake = intake;
    this.headers = headers;
  }

  /** Whether the stream is as the message's headers expect it. */
  boolean isAsExpected(final MessageView message) {
    if (!headers.expectedStream().isEmpty()
        && !headers.expectedStream().contentEquals(stream.nameBytes())) {
      return intake.refuse(message, ApiErrors.STREAM_NOT_MATCH.exception());
    }
    if (!stream.config().isTtlAllowed() && !headers.ttl().isEmpty()) {
      final long ttlNs = ttlNs();
      if (ttlNs != 0 && ttlNs != TTL_INVALID) {
        return intake.refuse(message, ApiErrors.MESSAGE_TTL_DISABLED.exception());
      }
    }
    if (!headers.expectedSubject().isEmpty()
        && !intake.scope().contains(headers.expectedSubject())) {
      // The refusal would tell how far others are.
      return intake.refuse(
          message, ApiErrors.STREAM_EXPECTED_LAST_SEQ_PER_SUBJECT_INVALID.exception());
    }
    if (!headers.expectedSubjectSequence().isEmpty()) {
      final long last = lastOfExpectedSubject(message);
      if (PublishHeaders.number(headers.expectedSubjectSequence()) != last) {
        return intake.refuse(message, ApiErrors.STREAM_WRONG_LAST_SEQUENCE.with(last));
      }
    } else if (!headers.expectedSubject().isEmpty()) {
      return intake.refuse(
          message, ApiErrors.STREAM_EXPECTED_LAST_SEQ_PER_SUBJECT_INVALID.exception());
    }
    if (!headers.expectedLastSequence().isEmpty()
        && PublishHeaders.number(headers.expectedLastSequence()) != stream.lastSequence()) {
      return intake.refuse(
          message, ApiErrors.STREAM_WRONG_LAST_SEQUENCE.with(stream.lastSequence()));
    }
    if (!headers.source().isEmpty()) {
      return intake.refuse(message, ApiErrors.MESSAGE_SOURCE_HDR_NOT_ALLOWED.exception());
    }
    return true;
  }

  boolean isRollupPermitted(final MessageView message) {
    final StreamConfig config = stream.config();
    final Slice rollup = headers.rollup();
    if (rollup.isEmpty()) {
      return true;
    }
    if (!config.isRollupAllowed() || config.isPurgeDenied()) {
      return intake.refuse(message, ApiErrors.STREAM_ROLLUP_FAILED.with("rollup not permitted"));
    }
    if (rollup.contentEquals(StreamIntake.ROLLUP_ALL) && !intake.scope().isOpen()) {
      // It would take what others have in the stream.
      return intake.refuse(message, ApiErrors.STREAM_ROLLUP_FAILED.with("rollup not permitted"));
    }
    return rollup.contentEquals(StreamIntake.ROLLUP_SUBJECT)
        || rollup.contentEquals(StreamIntake.ROLLUP_ALL)
        || intake.refuse(
            message,
            ApiErrors.STREAM_ROLLUP_FAILED.with("rollup value invalid: \"" + rollup + '"'));
  }

  /** A full stream that discards new messages takes one that displaces another of its subject. */
  boolean hasRoom(final MessageView message, final int size) {
    final StreamConfig config = stream.config();
    final StreamIndex index = stream.index();
    final int subject = index.subjects().find(message.subject());
    final boolean isSubjectFull =
        subject != SubjectTable.NONE
            && config.messagesPerSubjectMax() > 0
            && index.subjects().count(subject) >= config.messagesPerSubjectMax();
    if (isSubjectFull && config.isDiscardNewPerSubject() && headers.rollup().isEmpty()) {
      return intake.refuse(
          message, ApiErrors.STREAM_STORE_FAILED.with("maximum messages per subject exceeded"));
    }
    if (config.messagesMax() > 0 && index.count() >= config.messagesMax() && !isSubjectFull) {
      return intake.refuse(
          message, ApiErrors.STREAM_STORE_FAILED.with("maximum messages exceeded"));
    }
    if (config.bytesMax() > 0 && index.bytes() + size > config.bytesMax()) {
      final int freed = isSubjectFull ? index.size(index.subjects().first(subject)) : 0;
      if (freed < size) {
        return intake.refuse(message, ApiErrors.STREAM_STORE_FAILED.with("maximum bytes exceeded"));
      }
    }
    return true;
  }

  /** The message's own time to live; 0 = none, or {@link StreamIntake#TTL_NEVER}. */
  long ttlNs() {
    final Slice ttl = headers.ttl();
    if (ttl.isEmpty()) {
      return 0;
    }
    final long seconds = PublishHeaders.number(ttl);
    if (seconds == 0 && ttl.length() == 1) {
      return TTL_INVALID;
    }
    if (seconds >= 0) {
      return seconds > Long.MAX_VALUE / SECOND_NS ? TTL_INVALID : seconds * SECOND_NS;
    }
    final String text = ttl.toString();
    if (text.equalsIgnoreCase("never")) {
      return StreamIntake.TTL_NEVER;
    }
    final long durationNs = GoDuration.parseNs(text);
    return durationNs < SECOND_NS ? TTL_INVALID : durationNs / SECOND_NS * SECOND_NS;
  }

  private long lastOfExpectedSubject(final MessageView message) {
    final Slice subject =
        headers.expectedSubject().isEmpty() ? message.subject() : headers.expectedSubject();
    final SubjectTable subjects = stream.index().subjects();
    final int id = subjects.find(subject);
    if (id != SubjectTable.NONE) {
      return subjects.last(id);
    }
    if (headers.expectedSubject().isEmpty()
        || SubjectPatterns.isValidLiteral(headers.expectedSubject().toString())) {
      return 0;
    }
    final SubjectFilter filter = stream.filter(List.of(headers.expectedSubject().toString()));
    long last = 0;
    for (int other = 0; other < subjects.idLimit(); other++) {
      if (subjects.count(other) > 0 && filter.matches(other)) {
        last = Math.max(last, subjects.last(other));
      }
    }
    return last;
  }
}
