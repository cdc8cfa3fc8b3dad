package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the API and a stream are sent, they answer or keep silent and live on. */
final class StreamApiFuzzTest {
  private static final int ROUNDS = 6000;
  private static final List<String> OPERATIONS =
      List.of(
          "INFO",
          "STREAM.CREATE.S",
          "STREAM.UPDATE.S",
          "STREAM.INFO.S",
          "STREAM.NAMES",
          "STREAM.LIST",
          "STREAM.PURGE.S",
          "STREAM.MSG.GET.S",
          "STREAM.MSG.DELETE.S",
          "DIRECT.GET.S",
          "DIRECT.GET.S.s.1",
          "STREAM",
          "STREAM.MSG.GET",
          "DIRECT",
          "DIRECT.GET");
  private static final List<String> MEMBERS =
      List.of(
          "name",
          "subjects",
          "seq",
          "keep",
          "filter",
          "max_age",
          "max_msgs",
          "max_bytes",
          "batch",
          "last_by_subj",
          "next_by_subj",
          "multi_last",
          "start_time",
          "up_to_seq",
          "offset",
          "subjects_filter",
          "deleted_details",
          "first_seq",
          "metadata",
          "discard",
          "retention",
          "allow_direct",
          "max_msgs_per_subject",
          "duplicate_window",
          "max_bytes",
          "up_to_time",
          "consumer_limits",
          "subject_delete_marker_ttl",
          "allow_rollup_hdrs");
  private static final List<String> VALUES =
      List.of(
          "1",
          "0",
          "-1",
          "9223372036854775807",
          "99999999999999999999999",
          "1e400",
          "1.5",
          "\"\"",
          "\"S\"",
          "\"s.*\"",
          "\">\"",
          "\"s..\"",
          "[\"s.*\"]",
          "[]",
          "[1]",
          "[null]",
          "{}",
          "{\"a\":\"b\"}",
          "null",
          "true",
          "\"2020-01-01T00:00:00Z\"",
          "\"9999\"",
          "3",
          "\"new\"",
          "\"workqueue\"",
          "\"\\ud800\"",
          "10000000000");
  private static final List<String> HEADERS =
      List.of(
          "Nats-Msg-Id:",
          "Nats-Msg-Id: a",
          "Nats-Rollup: all",
          "Nats-Rollup:",
          "Nats-TTL: 1h",
          "Nats-TTL: -1h",
          "Nats-TTL: 99999999999h",
          "Nats-Expected-Last-Sequence: x",
          "Nats-Expected-Last-Subject-Sequence: 18446744073709551615",
          "Nats-Expected-Last-Subject-Sequence-Subject: >",
          "Nats-",
          "Nats-Msg-Id",
          ":",
          "",
          "Nats-Marker-Reason: x",
          "Nats-Expected-Last-Msg-Id: \u00e4");

  @Test
  void shouldSurviveAnything() {
    for (int seed = 0; seed < 3; seed++) {
      final Random random = new Random(seed);
      final StreamFixture js = new StreamFixture();
      for (int round = 0; round < ROUNDS; round++) {
        if (random.nextInt(4) == 0) {
          js.publish("s." + random.nextInt(5), "x", pick(random, HEADERS), pick(random, HEADERS));
        } else {
          js.request(pick(random, OPERATIONS), body(random));
        }
        if (random.nextInt(500) == 0) {
          final String before = js.state();
          js.restart();
          final String after = js.state();
          assertTrue(before.equals(after), "seed=" + seed + "\n" + before + "\n" + after);
        }
        if (random.nextInt(100) == 0) {
          js.request("STREAM.DELETE.S", "");
        }
      }
    }
  }

  private static String body(final Random random) {
    final StringBuilder json = new StringBuilder("{\"name\":\"S\"");
    final int members = random.nextInt(5);
    for (int i = 0; i < members; i++) {
      json.append(",\"").append(pick(random, MEMBERS)).append("\":");
      json.append(pick(random, VALUES));
    }
    json.append('}');
    if (random.nextInt(10) == 0) {
      json.setLength(random.nextInt(json.length() + 1));
    }
    if (random.nextInt(10) == 0) {
      json.insert(random.nextInt(json.length() + 1), (char) random.nextInt(300));
    }
    return json.toString();
  }

  private static String pick(final Random random, final List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
