package io.mothership.jetstream.api;

import io.mothership.bus.SubjectScope;
import io.mothership.clock.Rfc3339;
import io.mothership.jetstream.consumer.Consumers;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.stream.LostMessages;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamHome;
import io.mothership.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Writes what the API shows of a stream. <i>Thread:</i> ms-dispatch. <i>Allocates:</i> per answer.
 */
final class StreamReport {
  static final int SUBJECTS_MAX = 100_000;

  private static final int DELETED_MAX = 100_000;
  private static final String API_LEVEL = "5";

  private final StreamHome owner;
  private final Consumers consumers;

  StreamReport(final StreamHome owner, final Consumers consumers) {
    this.owner = owner;
    this.consumers = consumers;
  }

  /** Which parts of a report somebody asked for. */
  record Detail(boolean isDomainShown, boolean hasVersion, boolean isDeletedShown) {
    static final Detail CREATED = new Detail(false, true, false);
    static final Detail PLAIN = new Detail(true, true, false);
    static final Detail LISTED = new Detail(true, false, false);
  }

  /** The members {@code config, created, state, domain, ts} of an open object. */
  void write(
      final JsonText json,
      final Stream stream,
      final Detail detail,
      final Map<String, Long> subjects) {
    json.object("config");
    stream
        .config()
        .write(json, detail.hasVersion ? shownMetadata(stream) : stream.config().metadata());
    json.end().member("created", Rfc3339.shortText(stream.createdNs()));
    writeState(json, stream, detail.isDeletedShown, subjects);
    if (detail.isDomainShown) {
      json.memberIfAny("domain", owner.config().domain());
    }
    json.member("ts", Rfc3339.shortText(owner.exchange().wallNs()));
  }

  private Map<String, String> shownMetadata(final Stream stream) {
    final Map<String, String> shown = new TreeMap<>(stream.config().metadata());
    shown.put("_nats.level", API_LEVEL);
    shown.put("_nats.ver", owner.config().serverVersion());
    return shown;
  }

  private void writeState(
      final JsonText json,
      final Stream stream,
      final boolean isDeletedShown,
      final Map<String, Long> subjects) {
    final StreamIndex index = stream.index();
    final long committed = stream.committedSequence();
    long messages = index.count();
    long bytes = index.bytes();
    for (long at = index.nextPresent(committed + 1);
        at <= index.last();
        at = index.nextPresent(at + 1)) {
      messages--;
      bytes -= index.size(at);
    }
    final boolean isEmpty = messages == 0;
    final long first = isEmpty ? committed + 1 : index.first();
    final boolean isUntouched = committed == 0;
    json.object("state")
        .member("messages", messages)
        .member("bytes", bytes)
        .member("first_seq", isUntouched ? 0 : first)
        .member("first_ts", Rfc3339.shortText(isEmpty ? 0 : index.timeNs(first)))
        .member("last_seq", committed)
        .member("last_ts", Rfc3339.shortText(index.lastTimeNs()))
        .memberIfAny("num_subjects", index.subjects().count());
    if (!subjects.isEmpty()) {
      json.object("subjects");
      subjects.forEach(json::member);
      json.end();
    }
    final long deleted = isEmpty ? 0 : committed - first + 1 - messages;
    json.memberIfAny("num_deleted", deleted);
    if (isDeletedShown && deleted > 0) {
      writeDeleted(json, index, first, committed);
    }
    writeLost(json, stream.lost());
    json.member("consumer_count", consumers.consumerCount(stream)).end();
  }

  private static void writeLost(final JsonText json, final LostMessages lost) {
    if (lost.count() > 0) {
      json.object("lost").array("msgs");
      for (final long sequence : lost.listed()) {
        json.item(sequence);
      }
      json.endArray().member("bytes", lost.bytes()).end();
    }
  }

  private static void writeDeleted(
      final JsonText json, final StreamIndex index, final long first, final long last) {
    json.array("deleted");
    int written = 0;
    for (long at = first; at <= last && written < DELETED_MAX; at++) {
      if (!index.isPresent(at)) {
        json.item(at);
        written++;
      }
    }
    json.endArray();
  }

  /**
   * Some of the subjects that match a pattern, in order, with how many messages each has.
   *
   * @param total how many match
   */
  record SubjectPage(int total, Map<String, Long> subjects) {}

  /** At most {@value #SUBJECTS_MAX} of the subjects from the {@code offset}th on. */
  static SubjectPage subjects(
      final Stream stream, final String pattern, final SubjectScope scope, final int offset) {
    final SubjectFilter filter = stream.filter(List.of(pattern), scope);
    final SubjectTable table = stream.index().subjects();
    final Integer[] ids =
        IntStream.range(0, table.idLimit())
            .filter(id -> table.count(id) > 0 && filter.matches(id))
            .boxed()
            .toArray(Integer[]::new);
    // Names only of those shown: there may be a million.
    Arrays.sort(ids, table::compare);
    final Map<String, Long> page = new LinkedHashMap<>();
    final int end = (int) Math.min(ids.length, (long) offset + SUBJECTS_MAX);
    for (int i = offset; i < end; i++) {
      page.put(new String(table.subject(ids[i]), StandardCharsets.UTF_8), table.count(ids[i]));
    }
    return new SubjectPage(ids.length, page);
  }
}
