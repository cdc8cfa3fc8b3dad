package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.index.SubjectFilter;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamPeek;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random publishes, deletes, purges, updates, crashes and clock moves, compared with a naive model.
 */
final class StreamSimTest {
  private static final int SEEDS = Integer.getInteger("mothership.sim.seeds", 120);
  private static final int STEPS = 150;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long WINDOW_NS = 5 * SECOND_NS;

  @Test
  void shouldBehaveLikeTheNaiveModel() {
    for (int seed = 0; seed < SEEDS; seed++) {
      new Run(seed).go();
    }
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private final StreamFixture js = new StreamFixture();
    private final TreeMap<Long, Stored> stored = new TreeMap<>();
    private final Map<String, Remembered> ids = new HashMap<>();
    private long last;
    private long messagesMax;
    private long bytesMax;
    private long perSubjectMax;
    private long ageMaxNs;
    private boolean isDiscardNew;
    private String what = "";

    Run(final long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void go() {
      configure();
      js.create("S", members());
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(24)) {
          case 0 -> delete();
          case 1 -> purge();
          case 2 -> advance();
          case 3 -> crash();
          case 4 -> update();
          default -> publish();
        }
        compare(step);
      }
    }

    private void configure() {
      messagesMax = random.nextInt(3) == 0 ? -1 : 1 + random.nextInt(30);
      bytesMax = random.nextInt(2) == 0 ? -1 : 200 + random.nextInt(2000);
      perSubjectMax = random.nextInt(2) == 0 ? -1 : 1 + random.nextInt(4);
      ageMaxNs = random.nextInt(2) == 0 ? 0 : (6 + random.nextInt(20)) * SECOND_NS;
      isDiscardNew = random.nextInt(3) == 0;
    }

    private String members() {
      return "\"subjects\":[\"s.>\"],\"allow_rollup_hdrs\":true,\"duplicate_window\":"
          + WINDOW_NS
          + ",\"max_msgs\":"
          + messagesMax
          + ",\"max_bytes\":"
          + bytesMax
          + ",\"max_msgs_per_subject\":"
          + perSubjectMax
          + ",\"max_age\":"
          + ageMaxNs
          + ",\"discard\":\""
          + (isDiscardNew ? "new" : "old")
          + "\"";
    }

    private void publish() {
      final String subject = "s." + random.nextInt(4) + "." + random.nextInt(3);
      final String payload = "x".repeat(random.nextInt(60));
      final int kind = random.nextInt(12);
      if (kind == 0) {
        publishRollup(subject, payload);
        return;
      }
      final String id = kind < 4 ? "id" + random.nextInt(20) : "";
      what = "publish " + subject + " " + id;
      final String header = "Nats-Msg-Id: " + id;
      final String answer =
          id.isEmpty() ? js.publish(subject, payload) : js.publish(subject, payload, header);
      final long nowNs = js.clock().wallNs();
      expire(nowNs);
      final Remembered known = ids.get(id);
      if (!id.isEmpty() && known != null && known.timeNs >= nowNs - WINDOW_NS) {
        assertTrue(answer.contains("\"seq\":" + known.sequence + ",\"duplicate\": true"), say());
        return;
      }
      final int headersLength = id.isEmpty() ? 0 : header.length() + 10 + 4 + 4;
      final int size = subject.length() + payload.length() + 30 + headersLength;
      final boolean hasRoom = !isDiscardNew || hasRoom(subject, size);
      assertEquals(hasRoom, answer.contains("\"seq\":" + (last + 1) + "}"), say() + answer);
      if (!hasRoom) {
        assertTrue(answer.contains("10077"), say() + answer);
        return;
      }
      last++;
      if (!id.isEmpty()) {
        ids.put(id, new Remembered(last, nowNs));
      }
      stored.put(last, new Stored(subject, size, nowNs));
      enforce();
    }

    private void publishRollup(final String subject, final String payload) {
      final boolean isAll = random.nextInt(4) == 0;
      what = "rollup " + subject + isAll;
      final String header = "Nats-Rollup: " + (isAll ? "all" : "sub");
      final String answer = js.publish(subject, payload, header);
      expire(js.clock().wallNs());
      final int size = subject.length() + payload.length() + 30 + header.length() + 18;
      if (isDiscardNew && !hasRoom(subject, size)) {
        assertTrue(answer.contains("10077"), say() + answer);
        return;
      }
      last++;
      stored.values().removeIf(s -> isAll || s.subject.equals(subject));
      stored.put(last, new Stored(subject, size, js.clock().wallNs()));
      enforce();
    }

    private boolean hasRoom(final String subject, final int size) {
      final List<Stored> same =
          stored.values().stream().filter(s -> s.subject.equals(subject)).toList();
      final boolean isSubjectFull = perSubjectMax > 0 && same.size() >= perSubjectMax;
      if (messagesMax > 0 && stored.size() >= messagesMax && !isSubjectFull) {
        return false;
      }
      return bytesMax <= 0
          || bytes() + size <= bytesMax
          || isSubjectFull && same.getFirst().size >= size;
    }

    private void enforce() {
      for (final String subject :
          stored.values().stream().map(Stored::subject).distinct().toList()) {
        while (perSubjectMax > 0
            && stored.values().stream().filter(s -> s.subject.equals(subject)).count()
                > perSubjectMax) {
          stored.remove(
              stored.entrySet().stream()
                  .filter(e -> e.getValue().subject.equals(subject))
                  .findFirst()
                  .orElseThrow()
                  .getKey());
        }
      }
      while (!isDiscardNew
          && (messagesMax > 0 && stored.size() > messagesMax
              || bytesMax > 0 && bytes() > bytesMax)) {
        stored.pollFirstEntry();
      }
    }

    private void delete() {
      final long sequence = last == 0 ? 1 : 1 + random.nextInt((int) Math.min(last, 1 << 20));
      what = "delete " + sequence;
      final String answer = js.request("STREAM.MSG.DELETE.S", "{\"seq\":" + sequence + "}");
      assertEquals(
          stored.remove(sequence) != null, answer.contains("\"success\":true"), say() + answer);
    }

    private void purge() {
      final int kind = random.nextInt(5);
      final String filter = kind < 2 ? "s." + random.nextInt(4) + ".*" : "";
      final long upTo =
          kind == 0 || kind == 3
              ? Math.max(2, last + 2 - random.nextInt((int) Math.min(last + 2, 40)))
              : 0;
      final long keep = kind == 1 || kind == 2 ? random.nextInt(5) : 0;
      what = "purge " + filter + " " + upTo + " " + keep;
      js.request(
          "STREAM.PURGE.S",
          "{\"filter\":\"" + filter + "\",\"seq\":" + upTo + ",\"keep\":" + keep + "}");
      final List<Long> matching =
          stored.entrySet().stream()
              .filter(
                  e -> filter.isEmpty() || e.getValue().subject.startsWith(filter.replace("*", "")))
              .map(Map.Entry::getKey)
              .toList();
      for (int i = 0; i < matching.size() - keep; i++) {
        if (upTo == 0 || matching.get(i) < upTo) {
          stored.remove(matching.get(i));
        }
      }
      if (filter.isEmpty() && keep == 0 && upTo > last + 1) {
        last = upTo - 1;
      }
    }

    private void advance() {
      final long seconds = 1 + random.nextInt(7);
      what = "advance " + seconds;
      js.clock().advanceNs(seconds * SECOND_NS);
      js.step();
      StreamPeek.expire(js.jetStream().home(), "S");
      expire(js.clock().wallNs());
    }

    private void expire(final long nowNs) {
      stored.values().removeIf(s -> ageMaxNs > 0 && s.timeNs + ageMaxNs <= nowNs);
    }

    private void crash() {
      what = "crash";
      switch (random.nextInt(3)) {
        case 0 -> js.restart();
        case 1 -> js.powerCut();
        default -> js.stopAndStart();
      }
      expire(js.clock().wallNs());
    }

    private void update() {
      what = "update";
      expire(js.clock().wallNs());
      configure();
      final String answer = js.request("STREAM.UPDATE.S", "{\"name\":\"S\"," + members() + "}");
      assertTrue(answer.contains("\"config\""), say() + answer);
      enforce();
    }

    private long bytes() {
      return stored.values().stream().mapToLong(Stored::size).sum();
    }

    private void compare(final int step) {
      what = "step " + step + " after " + what;
      if (what.contains("update")) {
        StreamPeek.expire(js.jetStream().home(), "S");
        expire(js.clock().wallNs());
      }
      final Stream stream = js.stream("S");
      final StreamIndex index = stream.index();
      assertEquals(last, stream.lastSequence(), say());
      assertEquals(last, stream.committedSequence(), say());
      assertEquals(stored.isEmpty() ? last + 1 : stored.firstKey(), stream.firstSequence(), say());
      assertEquals(stored.size(), stream.messageCount(), say());
      assertEquals(bytes(), index.bytes(), say());
      assertEquals(
          stored.values().stream().map(Stored::subject).distinct().count(),
          index.subjects().count(),
          say());
      long at = index.nextPresent(0);
      for (final Map.Entry<Long, Stored> entry : stored.entrySet()) {
        assertEquals(entry.getKey(), at, say());
        assertEquals(entry.getValue().size, index.size(at), say());
        assertEquals(
            entry.getValue().subject,
            new String(index.subjects().subject(index.subjectId(at)), StandardCharsets.UTF_8),
            say());
        at = index.nextPresent(at + 1);
      }
      compareQuestions(stream);
    }

    private void compareQuestions(final Stream stream) {
      final String prefix = "s." + random.nextInt(4) + ".";
      final SubjectFilter filter = stream.filter(List.of(prefix + "*"));
      final long from = last < 1 ? 1 : 1 + random.nextLong(last);
      final List<Long> matching =
          stored.entrySet().stream()
              .filter(e -> e.getKey() >= from && e.getValue().subject.startsWith(prefix))
              .map(Map.Entry::getKey)
              .toList();
      assertEquals(matching.size(), stream.countMatching(from, filter), say());
      final long next = stream.nextMatching(from, filter, Integer.MAX_VALUE);
      assertEquals(matching.isEmpty() ? -(last + 1) : matching.getFirst(), next, say());
      final String subject = prefix + random.nextInt(3);
      assertEquals(
          stored.entrySet().stream()
              .filter(e -> e.getValue().subject.equals(subject))
              .mapToLong(Map.Entry::getKey)
              .max()
              .orElse(0),
          stream.lastOf(Slice.of(subject)),
          say());
    }

    private String say() {
      return "seed=" + seed + ", " + what + ": ";
    }
  }

  private record Stored(String subject, int size, long timeNs) {}

  private record Remembered(long sequence, long timeNs) {}
}
