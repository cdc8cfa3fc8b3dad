package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What a stream has to hold, kept in the plainest way. */
final class ModelStream {
  private static final int RECORD_OVERHEAD = 30;
  private static final int HEADERS_OVERHEAD = 4;

  private final String name;
  private final long countMax;
  private final long bytesMax;
  private final long ageMaxNs;
  private final boolean isLastPerSubject;
  private final TreeMap<Long, Held> messages = new TreeMap<>();
  private final Map<String, Long> lastOfSubject = new HashMap<>();
  private long bytes;
  private long lastSequence;

  private record Held(String subject, String payload, int size, long timeNs) {}

  /** Limits are 0 where there is none. */
  ModelStream(
      final String name,
      final long countMax,
      final long bytesMax,
      final long ageMaxNs,
      final boolean isLastPerSubject) {
    this.name = name;
    this.countMax = countMax;
    this.bytesMax = bytesMax;
    this.ageMaxNs = ageMaxNs;
    this.isLastPerSubject = isLastPerSubject;
  }

  String name() {
    return name;
  }

  long lastSequence() {
    return lastSequence;
  }

  int count() {
    return messages.size();
  }

  long bytes() {
    return bytes;
  }

  /** Sequences held, oldest first. */
  List<Long> sequences() {
    return new ArrayList<>(messages.keySet());
  }

  /** Returns the sequence. */
  long add(final String subject, final String headers, final String payload, final long timeNs) {
    expire(timeNs);
    final int size =
        subject.length()
            + headers.length()
            + payload.length()
            + RECORD_OVERHEAD
            + (headers.isEmpty() ? 0 : HEADERS_OVERHEAD);
    messages.put(++lastSequence, new Held(subject, payload, size, timeNs));
    bytes += size;
    if (isLastPerSubject) {
      final Long before = lastOfSubject.put(subject, lastSequence);
      if (before != null) {
        remove(before);
      }
    }
    while (countMax > 0 && messages.size() > countMax || bytesMax > 0 && bytes > bytesMax) {
      remove(messages.firstKey());
    }
    return lastSequence;
  }

  void remove(final long sequence) {
    final Held gone = messages.remove(sequence);
    if (gone != null) {
      bytes -= gone.size();
    }
  }

  void expire(final long nowNs) {
    while (ageMaxNs > 0
        && !messages.isEmpty()
        && messages.firstEntry().getValue().timeNs() + ageMaxNs <= nowNs) {
      remove(messages.firstKey());
    }
  }

  /** Compares with what the broker tells: numbers always, messages where wanted. */
  void check(final SteppedBroker broker, final Predicate<Long> isRead) {
    final JsonObject state = broker.request("STREAM.INFO." + name, "").object("state");
    assertEquals(messages.size(), state.number("messages", -1), name);
    assertEquals(bytes, state.number("bytes", -1), name);
    assertEquals(lastSequence, state.number("last_seq", -1), name);
    if (!messages.isEmpty()) {
      assertEquals(messages.firstKey(), state.number("first_seq", -1), name);
    }
    messages.forEach(
        (sequence, held) -> {
          if (isRead.test(sequence)) {
            check(broker, sequence, held);
          }
        });
  }

  private void check(final SteppedBroker broker, final long sequence, final Held held) {
    final JsonObject answer =
        broker.request("STREAM.MSG.GET." + name, "{\"seq\":" + sequence + "}");
    final JsonObject message = answer.object("message");
    assertEquals(held.subject(), message.string("subject", ""), () -> name + " " + sequence);
    assertEquals(
        held.payload(),
        new String(
            Base64.getDecoder().decode(message.string("data", "")), StandardCharsets.US_ASCII));
  }
}
