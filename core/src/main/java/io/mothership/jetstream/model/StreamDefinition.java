package io.mothership.jetstream.model;

import io.mothership.journal.SyncPolicy;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A stream that belongs to the product: it is made when it is missing, and nobody may delete it or
 * take from it what others count on.
 *
 * @param sync when publishes are acknowledged, unless metadata or configuration say otherwise
 * @param hook sees what is published to it
 * @param isAddedLater whether there are journals of releases that did not have it, so that nothing
 *     is wrong if it is missing
 */
public record StreamDefinition(
    StreamConfig config, SyncPolicy sync, PublishHook hook, boolean isAddedLater) {

  /** What must be as defined. */
  private static final List<Term> EQUAL =
      List.of(
          new Term("subjects", StreamConfig::subjects),
          new Term("retention", StreamConfig::retention),
          new Term("discard", StreamConfig::discard),
          new Term("discard_new_per_subject", StreamConfig::isDiscardNewPerSubject),
          new Term("storage", StreamConfig::storage),
          new Term("no_ack", StreamConfig::isNoAck),
          new Term("allow_direct", StreamConfig::isDirectAllowed),
          new Term("allow_rollup_hdrs", StreamConfig::isRollupAllowed),
          new Term("allow_msg_ttl", StreamConfig::isTtlAllowed),
          new Term("subject_delete_marker_ttl", StreamConfig::subjectDeleteMarkerTtlNs),
          new Term("sealed", StreamConfig::isSealed),
          new Term("deny_delete", StreamConfig::isDeleteDenied),
          new Term("deny_purge", StreamConfig::isPurgeDenied),
          new Term("consumer_limits", StreamConfig::consumerLimits),
          new Term(
              StreamConfig.SYNC_KEY, c -> c.metadata().getOrDefault(StreamConfig.SYNC_KEY, "")));

  /** What may be more than defined; not above 0 is no limit. */
  private static final List<Limit> AT_LEAST =
      List.of(
          new Limit("max_consumers", StreamConfig::consumersMax),
          new Limit("max_msgs", StreamConfig::messagesMax),
          new Limit("max_bytes", StreamConfig::bytesMax),
          new Limit("max_age", StreamConfig::ageMaxNs),
          new Limit("max_msgs_per_subject", StreamConfig::messagesPerSubjectMax),
          new Limit("max_msg_size", c -> (long) c.messageSizeMax()),
          new Limit("duplicate_window", StreamConfig::duplicateWindowNs));

  /** The same with somebody who sees what is published. */
  public StreamDefinition withHook(final PublishHook newHook) {
    return new StreamDefinition(config, sync, newHook, isAddedLater);
  }

  /** The same, not in all releases. */
  public StreamDefinition asAddedLater() {
    return new StreamDefinition(config, sync, hook, true);
  }

  /**
   * What in a configuration breaks the promise that this stream is: fields that differ, and limits
   * that are below what is promised. Description and other metadata are anybody's.
   */
  public List<String> breaches(final StreamConfig other) {
    return Stream.concat(
            EQUAL.stream()
                .filter(term -> !term.of.apply(other).equals(term.of.apply(config)))
                .map(Term::name),
            AT_LEAST.stream()
                .filter(limit -> limit.amount(other) < limit.amount(config))
                .map(Limit::name))
        .toList();
  }

  private record Term(String name, Function<StreamConfig, Object> of) {}

  private record Limit(String name, Function<StreamConfig, Long> of) {
    long amount(final StreamConfig config) {
      final long limit = of.apply(config);
      return limit <= 0 ? Long.MAX_VALUE : limit;
    }
  }
}
