package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.stream.Stream;
import io.mothership.routing.Subjects;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Taps by filter against a naive reading of all indexes, while messages come and go, the appliance
 * restarts and indexes are packed.
 */
final class TapSearchSimTest {
  private static final int LIVES = 5;
  private static final int STEPS = 25;
  private static final List<String> TOKENS = List.of("a", "b", "c", "d", "e", "f");

  private final Random random = new Random();
  private StreamFixture fixture;

  @Test
  void shouldFindWhatANaiveReaderFinds() {
    for (int life = 0; life < LIVES; life++) {
      final long seed = Long.getLong("mothership.seed", 7_000L) + life;
      random.setSeed(seed);
      try {
        live();
      } catch (final AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private void live() {
    fixture = new StreamFixture();
    fixture.create("LIMITS", "\"subjects\":[\"x.>\"],\"max_msgs_per_subject\":400");
    fixture.create("SHORT", "\"subjects\":[\"y.>\"],\"max_msgs\":60,\"allow_rollup_hdrs\":true");
    for (int step = 0; step < STEPS; step++) {
      act();
      check();
    }
  }

  private void act() {
    switch (random.nextInt(8)) {
      case 0 -> fixture.restart();
      case 1 -> fixture.stopAndStart();
      case 2 ->
          fixture.request(
              "STREAM.MSG.DELETE.LIMITS",
              "{\"seq\":" + (1 + random.nextInt(Math.max(1, (int) last()))) + "}");
      case 3 -> fixture.request("STREAM.PURGE.LIMITS", "{\"filter\":\"x." + token() + "\"}");
      default -> {
        final int count = 1 + random.nextInt(300);
        for (int i = 0; i < count; i++) {
          final String subject =
              random.nextInt(5) == 0
                  ? "y." + token() + "." + random.nextInt(40)
                  : random.nextInt(4) == 0 ? "x.rare" : "x." + token() + "." + random.nextInt(90);
          fixture.send(subject, "", "p", new String[0]);
        }
        fixture.step();
        fixture.clock().advanceNs(1_000_000L);
      }
    }
  }

  private long last() {
    return fixture.stream("LIMITS").lastSequence();
  }

  private String token() {
    return TOKENS.get(random.nextInt(TOKENS.size()));
  }

  private void check() {
    for (int i = 0; i < 4; i++) {
      final TapFilter filter = filter();
      final List<Long> present = present(filter);
      final long middle = present.isEmpty() ? 1 : present.get(random.nextInt(present.size()));
      final long start = random.nextBoolean() ? 0 : middle;
      final Set<Long> forwards =
          new LinkedHashSet<>(read(filter, new TapStart.AfterSequence(start)));
      final List<Long> wanted = present.stream().filter(each -> each > start).toList();
      assertTrue(forwards.containsAll(wanted), () -> filter + " misses some behind " + start);
      assertEquals(
          List.copyOf(forwards), forwards.stream().sorted().toList(), () -> filter.toString());
      final long end = random.nextBoolean() ? Long.MAX_VALUE : middle;
      assertEquals(
          present.stream().filter(each -> each < end).toList().reversed(),
          read(filter, new TapStart.Before(end, Long.MAX_VALUE)),
          () -> filter + " going back from " + end);
    }
  }

  private TapFilter filter() {
    final List<String> subjects = new ArrayList<>();
    final int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      subjects.add(
          switch (random.nextInt(6)) {
            case 0 -> "x.rare";
            case 1 -> "x." + token() + "." + random.nextInt(90);
            case 2 -> "x." + token() + ".>";
            case 3 -> "y.*." + random.nextInt(40);
            case 4 -> "*." + token() + ".*";
            default -> "z.>";
          });
    }
    return new TapFilter(
        random.nextInt(3) == 0 ? List.of("LIMITS") : List.of("LIMITS", "SHORT"), subjects, false);
  }

  private List<Long> read(final TapFilter filter, final TapStart start) {
    final List<Long> sequences = new ArrayList<>();
    try (Tap tap = fixture.spine().tap(filter, start)) {
      do {
        tap.poll(record -> sequences.add(record.journalSequence()), 1 + random.nextInt(100));
      } while (!tap.isCaughtUp());
    }
    return sequences;
  }

  private List<Long> present(final TapFilter filter) {
    final List<Long> sequences = new ArrayList<>();
    for (final String name : filter.streams()) {
      final Stream stream = fixture.stream(name);
      final StreamIndex index = stream.index();
      for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
        final byte[] subject = index.subjects().subject(index.subjectId(at));
        if (filter.subjects().isEmpty()
            || filter.subjects().stream()
                .anyMatch(
                    pattern ->
                        Subjects.covers(pattern.getBytes(StandardCharsets.UTF_8), subject))) {
          sequences.add(index.journalSequence(at));
        }
      }
    }
    sequences.sort(Comparator.naturalOrder());
    return sequences;
  }
}
