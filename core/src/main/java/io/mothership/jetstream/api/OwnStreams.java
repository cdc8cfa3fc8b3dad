package io.mothership.jetstream.api;

import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.StreamConfig;
import io.mothership.jetstream.model.StreamDefinition;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The product's own streams: there at every start as they are defined, and closed to requests that
 * would take them, or what they promise, away.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per request.
 */
final class OwnStreams {
  private static final Logger LOG = LoggerFactory.getLogger(OwnStreams.class);

  private final StreamHome owner;

  OwnStreams(final StreamHome owner) {
    this.owner = owner;
  }

  /** How streams are made and changed. */
  interface Changes {
    void create(StreamConfig config);

    void update(Stream stream, StreamConfig config);
  }

  /**
   * Makes what is missing and puts right what was changed, which is an error unless this is the
   * first start with them.
   *
   * @return names of those that were not as they should be
   */
  List<String> ensure(final Changes changes) {
    final List<StreamDefinition> all = owner.config().own();
    final boolean isFirst = all.stream().allMatch(each -> find(each).isEmpty());
    final List<String> repaired = new ArrayList<>();
    for (final StreamDefinition each : all) {
      final String name = each.config().name();
      final Optional<Stream> found = find(each);
      if (found.isEmpty()) {
        changes.create(each.config());
        if (!isFirst && !each.isAddedLater()) {
          repaired.add(name);
          LOG.error("a stream of the appliance was gone and is made again: stream={}", name);
        }
      } else if (!each.breaches(found.get().config()).isEmpty()) {
        repaired.add(name);
        LOG.error(
            "a stream of the appliance was changed and is put right: stream={}, changed={}",
            name,
            each.breaches(found.get().config()));
        changes.update(found.get(), each.config());
      }
    }
    return List.copyOf(repaired);
  }

  private Optional<Stream> find(final StreamDefinition definition) {
    return owner.stream(definition.config().name());
  }

  void checkDelete(final Stream stream) {
    if (definition(stream).isPresent()) {
      throw ApiErrors.STREAM_DELETE.with("stream belongs to the appliance and can not be deleted");
    }
  }

  void checkUpdate(final Stream stream, final StreamConfig wanted) {
    definition(stream)
        .map(definition -> definition.breaches(wanted))
        .filter(breaches -> !breaches.isEmpty())
        .ifPresent(
            breaches -> {
              throw ApiErrors.STREAM_INVALID_CONFIG.with(
                  "stream belongs to the appliance, which counts on: "
                      + String.join(", ", breaches));
            });
  }

  /** What a filter names may be purged, as somebody may have to clear a device's queue. */
  void checkPurge(final Stream stream, final String filter) {
    if (definition(stream).isEmpty()) {
      return;
    }
    if (filter.isEmpty()
        || stream.config().subjects().stream()
            .allMatch(subject -> SubjectPatterns.isSubset(subject, filter))) {
      throw ApiErrors.STREAM_PURGE_FAILED.with(
          "stream belongs to the appliance and can only be purged by a filter that is narrower");
    }
    LOG.warn("messages are purged: stream={}, filter={}", stream.name(), filter);
  }

  private Optional<StreamDefinition> definition(final Stream stream) {
    return owner.config().definition(stream.name());
  }
}
