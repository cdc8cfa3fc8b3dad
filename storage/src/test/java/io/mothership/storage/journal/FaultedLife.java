package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.ManualClock;
import io.mothership.error.MothershipException;
import io.mothership.json.JsonObject;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.JournalVerification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A broker's lives on one data folder, as its clients know them, whatever the operating system's
 * calls answer: publishes with and without a limit on messages, a key-value bucket, a work queue
 * that is worked off, reads of what lies on the disk; checkpoints, freed and rewritten segments.
 */
final class FaultedLife {
  private static final int LOG_KEPT = 60;
  private static final int KEYS = 5;
  private static final long START_NS = 1_800_000_000_000_000_000L;
  private static final long CHECKPOINT_BYTES = 40 * 1024;
  private static final int PATIENCE_STEPS = 8;
  private static final String PADDING = "payload of a record ".repeat(15);

  private final Path folder;
  private final ManualClock clock = new ManualClock(START_NS);

  /** Acknowledged publishes: what each sequence holds. */
  private final Map<String, TreeMap<Long, String>> acknowledged = new HashMap<>();

  /** The last acknowledged value of each key, and what was said since and not acknowledged. */
  private final Map<String, String> keys = new HashMap<>();

  private final Map<String, Set<String>> unsure = new HashMap<>();
  private final Set<String> worked = new HashSet<>();
  private SteppedBroker broker;
  private int published;
  private int restarts;
  private boolean isReadFaulty;

  FaultedLife(final Path folder) {
    this.folder = folder;
    for (final String stream : new String[] {"LOG", "JOBS"}) {
      acknowledged.put(stream, new TreeMap<>());
    }
  }

  /** The same knowledge, of a copy of the folder. */
  FaultedLife(final FaultedLife other, final Path copy) {
    this(copy);
    acknowledged.forEach((stream, known) -> known.putAll(other.acknowledged.get(stream)));
    keys.putAll(other.keys);
    worked.addAll(other.worked);
    published = other.published;
    clock.advanceNs(other.clock.monotonicNs() - clock.monotonicNs());
  }

  /** What a start cannot read may be gone, if it says so. */
  void allowUnreadable() {
    isReadFaulty = true;
  }

  /** Opens, works, closes; false if it could not even open. */
  boolean live(final PlannedFaults files, final int rounds) {
    files.restart();
    if (!tryOpen(files)) {
      return false;
    }
    try {
      for (int round = 0; round < rounds; round++) {
        work();
        if (broker.isJournalFailed()) {
          assertFailed(files);
        }
      }
    } finally {
      tryClose();
    }
    assertEquals(0, files.syncsAfterFailure(), "a failed sync is never tried again");
    return true;
  }

  private boolean tryOpen(final FileFacade files) {
    clock.advanceNs(1_000_000_000L);
    restarts++;
    try {
      broker =
          new SteppedBroker(
              new JournalConfig(
                  folder,
                  JournalConfig.SEGMENT_BYTES_MIN,
                  JournalConfig.ALLOCATE_AHEAD_BYTES_MIN,
                  0,
                  Long.MAX_VALUE,
                  files),
              CHECKPOINT_BYTES,
              clock);
    } catch (final MothershipException e) {
      assertTrue(Set.of("JOURNAL_UNREADABLE", "JOURNAL_FAILED").contains(e.code()), e::toString);
      return false;
    }
    return true;
  }

  private void tryClose() {
    try {
      broker.close();
    } catch (final MothershipException e) {
      assertEquals("JOURNAL_FAILED", e.code());
    }
  }

  /** Everything that clients were promised, on a folder whose disk works again. */
  void check() {
    assertTrue(tryOpen(FileFacade.system()), "the disk works");
    try {
      final boolean isIntact = broker.journal().report().damage().isEmpty();
      assertTrue(isIntact || isReadFaulty, () -> broker.journal().report().toString());
      for (final Map.Entry<String, TreeMap<Long, String>> stream : acknowledged.entrySet()) {
        checkStream(stream.getKey(), stream.getValue());
      }
      keys.forEach(this::checkKey);
      checkPublish();
    } finally {
      broker.close();
    }
    assertTrue(tryOpen(FileFacade.system()), "once more");
    checkPublish();
    broker.close();
    final JournalVerification found = JournalVerification.of(folder);
    assertTrue(found.isGood() || isReadFaulty, found::toString);
  }

  private void checkStream(final String stream, final TreeMap<Long, String> known) {
    final JsonObject state = broker.request("STREAM.INFO." + stream, "").object("state");
    final long first = state.number("first_seq", -1);
    final long last = state.number("last_seq", -1);
    final Set<Long> lost = new HashSet<>();
    state.object("lost").array("msgs").forEach(each -> lost.add(((Number) each).longValue()));
    assertTrue(lost.isEmpty() || isReadFaulty, () -> stream + " lost " + lost);
    assertTrue(known.isEmpty() || last >= known.lastKey(), () -> stream + " ends at " + last);
    known.forEach(
        (sequence, text) -> {
          final boolean mayBeGone =
              stream.equals("LOG")
                  ? last - sequence >= LOG_KEPT
                  : worked.contains(stream + sequence);
          if (!mayBeGone && !lost.contains(sequence)) {
            assertTrue(sequence >= first, () -> stream + " begins at " + first);
            assertEquals(text, payload(stream, sequence), () -> stream + " " + sequence);
          }
        });
  }

  private void checkKey(final String key, final String value) {
    final JsonObject answer =
        broker.request("STREAM.MSG.GET.KV", "{\"last_by_subj\":\"kv." + key + "\"}");
    if (isReadFaulty && answer.has("error")) {
      return;
    }
    final String found = text(answer);
    assertTrue(
        found.equals(value) || unsure.getOrDefault(key, Set.of()).contains(found) || isReadFaulty,
        () -> key + " is " + found + ", not " + value);
  }

  /** After whatever happened: the next message is taken, and there. */
  private void checkPublish() {
    final String text = text(++published);
    final JsonObject answer = publish("log.x", text);
    assertFalse(answer.has("error"), answer::toString);
    assertEquals(text, payload("LOG", answer.number("seq", -1)));
    acknowledged.get("LOG").put(answer.number("seq", -1), text);
  }

  private void work() {
    if (restarts == 1 && published == 0) {
      create("LOG", "log.>", "\"max_msgs\":" + LOG_KEPT);
      create("KV", "kv.>", "\"max_msgs_per_subject\":1");
      create("JOBS", "jobs.>", "\"retention\":\"workqueue\"");
      broker.request(
          "CONSUMER.CREATE.JOBS.c",
          "{\"stream_name\":\"JOBS\",\"config\":{\"durable_name\":\"c\","
              + "\"ack_policy\":\"explicit\"}}");
    }
    for (int i = 0; i < 30; i++) {
      put("LOG", "log." + i % 3);
      if (i % 4 == 0) {
        put("JOBS", "jobs.a");
      }
      if (i % 10 == 0) {
        putKey("key" + i % KEYS);
      }
    }
    workOff();
    readSome();
    clock.advanceNs(300_000_000L);
    broker.settle();
  }

  private void put(final String stream, final String subject) {
    final String text = text(++published);
    final JsonObject answer = publish(subject, text);
    if (!answer.has("error")) {
      acknowledged.get(stream).put(answer.number("seq", -1), text);
    }
  }

  private void putKey(final String key) {
    final String text = text(++published);
    unsure.computeIfAbsent(key, any -> new HashSet<>()).add(text);
    if (!publish("kv." + key, text).has("error")) {
      keys.put(key, text);
      unsure.remove(key);
    }
  }

  /** Publishes and waits for the answer, as long as that takes on a disk that was full for once. */
  private JsonObject publish(final String subject, final String text) {
    JsonObject answer = broker.publishFor(subject, text);
    for (int i = 0; i < PATIENCE_STEPS && answer == JsonObject.EMPTY; i++) {
      clock.advanceNs(300_000_000L);
      broker.settle();
      answer = broker.takeAnswer();
    }
    assertTrue(answer != JsonObject.EMPTY, () -> "no answer to " + subject);
    if (answer.has("error")) {
      final String why = answer.object("error").string("description", "");
      assertTrue(
          why.equals("journal failed") && broker.isJournalFailed()
              || why.startsWith("insufficient storage"),
          answer::toString);
    }
    return answer;
  }

  /** Only what is acknowledged on the disk may be seen. */
  private void workOff() {
    broker.fetch(
        "JOBS",
        "c",
        5,
        (payload, ackSubject) -> {
          final long sequence = Long.parseLong(ackSubject.split("\\.")[5]);
          final String known = acknowledged.get("JOBS").get(sequence);
          assertTrue(known == null || known.equals(payload), () -> "JOBS " + sequence);
          worked.add("JOBS" + sequence);
          broker.acknowledge(ackSubject);
        });
    broker.settle();
  }

  /** What cannot be read is an error to who asked, and nothing else. */
  private void readSome() {
    final TreeMap<Long, String> known = acknowledged.get("LOG");
    for (final long back : new long[] {1, 10, 30, 55}) {
      final Map.Entry<Long, String> entry =
          known.floorEntry(known.isEmpty() ? 0 : known.lastKey() - back);
      if (entry == null) {
        continue;
      }
      final JsonObject answer =
          broker.request("STREAM.MSG.GET.LOG", "{\"seq\":" + entry.getKey() + "}");
      if (!answer.has("error")) {
        assertEquals(entry.getValue(), text(answer));
      }
    }
  }

  /** Everybody is told, reading goes on, nothing is taken. */
  private void assertFailed(final PlannedFaults files) {
    assertTrue(files.failures() > 0);
    final JsonObject answer = publish("log.x", text(++published));
    assertEquals(10077, answer.object("error").number("err_code", -1), answer::toString);
    assertEquals(503, answer.object("error").number("code", -1));
    assertTrue(broker.request("STREAM.INFO.LOG", "").has("state"));
  }

  private void create(final String name, final String subject, final String limit) {
    broker.request(
        "STREAM.CREATE." + name,
        "{\"name\":\"" + name + "\",\"subjects\":[\"" + subject + "\"]," + limit + "}");
  }

  private String payload(final String stream, final long sequence) {
    return text(broker.request("STREAM.MSG.GET." + stream, "{\"seq\":" + sequence + "}"));
  }

  private static String text(final JsonObject answer) {
    return new String(
        Base64.getDecoder().decode(answer.object("message").string("data", "")),
        StandardCharsets.US_ASCII);
  }

  private static String text(final int number) {
    return number + ":" + PADDING;
  }
}
