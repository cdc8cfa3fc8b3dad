package io.mothership.jetstream.consumer;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import io.mothership.jetstream.model.ConsumerConfig;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.stream.Stream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What somebody's scope lets them do with streams, consumers and messages: the one place where the
 * engine holds requests to it. Whoever has no bounds is never looked at twice.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing for those without bounds.
 */
public final class Reach {
  private Reach() {}

  /** Whether a stream has, or could have, messages within. */
  public static boolean sees(final SubjectScope scope, final Stream stream) {
    if (scope.isOpen()) {
      return true;
    }
    for (final String subject : stream.config().subjects()) {
      if (scope.overlaps(bytes(subject))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a message is within. */
  public static boolean sees(final SubjectScope scope, final Slice subject) {
    return scope.isOpen() || scope.contains(subject);
  }

  /** Whether everything that a consumer could deliver is within. */
  public static boolean sees(final SubjectScope scope, final Consumer consumer) {
    return scope.isOpen() || covers(scope, consumer.stream(), consumer.config().filters(), false);
  }

  /**
   * Whether a consumer may be made: what it delivers is within, may be taken out of a stream that
   * acknowledgements empty, and goes to the requester.
   */
  public static boolean mayMake(
      final SubjectScope scope, final Stream stream, final ConsumerConfig config) {
    return scope.isOpen()
        || covers(scope, stream, config.filters(), isEmptiedByAcks(stream))
            && (config.deliverSubject().isEmpty()
                || scope.mayAddress(bytes(config.deliverSubject())));
  }

  /** Whether somebody may fetch from a consumer, acknowledge what it delivered, or change it. */
  @HotPath
  public static boolean mayUse(final SubjectScope scope, final Consumer consumer) {
    return scope.isOpen() || consumer.isUsableWithin(scope);
  }

  static boolean coversUse(final SubjectScope scope, final Consumer consumer) {
    final Stream stream = consumer.stream();
    return covers(scope, stream, consumer.config().filters(), isEmptiedByAcks(stream));
  }

  private static boolean isEmptiedByAcks(final Stream stream) {
    return stream.config().retention() != StreamConfig.Retention.LIMITS;
  }

  private static boolean covers(
      final SubjectScope scope,
      final Stream stream,
      final List<String> filters,
      final boolean isTaking) {
    final List<String> patterns = filters.isEmpty() ? stream.config().subjects() : filters;
    for (final String pattern : patterns) {
      final byte[] bytes = bytes(pattern);
      if (!scope.covers(bytes) || isTaking && !scope.takes(bytes)) {
        return false;
      }
    }
    return !patterns.isEmpty();
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
