package io.mothership.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.storage.journal.PlannedFaults.Call;
import io.mothership.storage.journal.PlannedFaults.Fault;
import io.mothership.storage.journal.PlannedFaults.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every call into the operating system that a start, writing, rolling, reading, checkpoints,
 * freeing, rewriting and a stop make, failing: one at a time, and as a seed says.
 *
 * <p>{@code -Dmothership.faults=all} takes every single call, not the first, middle and last of
 * each place in the code; {@code -Dmothership.fault.seeds=N} more combinations, {@code
 * -Dmothership.seed=N} others.
 */
final class FaultMatrixTest {
  private static final boolean IS_ALL = "all".equals(System.getProperty("mothership.faults"));
  private static final int SEEDS = Integer.getInteger("mothership.fault.seeds", 40);
  private static final long FIRST_SEED = Long.getLong("mothership.seed", 1L);
  private static final int ROUNDS_BEFORE = 8;
  private static final int ROUNDS = 6;

  @TempDir private Path folder;
  private FaultedLife before;

  @BeforeEach
  void live() {
    before = new FaultedLife(folder.resolve("before"));
    assertTrue(before.live(none(), ROUNDS_BEFORE));
  }

  @Test
  void shouldKeepItsPromisesWhicheverCallFails() throws IOException {
    final List<Call> calls = calls();
    final Map<String, List<Integer>> sites = new LinkedHashMap<>();
    for (int i = 0; i < calls.size(); i++) {
      sites
          .computeIfAbsent(
              calls.get(i).operation() + " " + calls.get(i).site(), any -> new ArrayList<>())
          .add(i);
    }
    assertEquals(
        EnumSet.allOf(Operation.class),
        calls.stream()
            .map(Call::operation)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Operation.class))));
    int lives = 0;
    for (final Map.Entry<String, List<Integer>> site : sites.entrySet()) {
      for (final int number : chosen(site.getValue())) {
        for (final Fault fault : faults(calls.get(number).operation())) {
          run(site.getKey() + ", call " + number + ", " + fault, number, fault);
          lives++;
        }
      }
    }
    System.out.println(
        "calls " + calls.size() + ", places in the code " + sites.size() + ", lives " + lives);
  }

  @Test
  void shouldKeepItsPromisesWhateverCombinationFails() throws IOException {
    int failures = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      final Random random = new Random(seed);
      final Path copy = folder.resolve("seed");
      Folders.copy(folder.resolve("before"), copy);
      final FaultedLife life = new FaultedLife(before, copy);
      final int share = 20 + random.nextInt(400);
      final boolean isReadSpared = random.nextBoolean();
      if (!isReadSpared) {
        life.allowUnreadable();
      }
      try {
        for (int lives = 1 + random.nextInt(4); lives > 0; lives--) {
          final PlannedFaults files =
              new PlannedFaults(
                  (number, operation) ->
                      random.nextInt(share) != 0 || isReadSpared && operation == Operation.READ
                          ? Fault.NONE
                          : faults(operation)[random.nextInt(faults(operation).length)],
                  false);
          life.live(files, 1 + random.nextInt(4));
          failures += files.failures();
        }
        life.check();
      } catch (final RuntimeException | Error e) {
        throw new AssertionError("seed=" + seed + ": " + e.getMessage(), e);
      }
      delete(copy);
    }
    assertTrue(failures > SEEDS, "almost nothing failed: " + failures);
  }

  private void run(final String what, final int number, final Fault fault) throws IOException {
    final Path copy = folder.resolve("copy");
    Folders.copy(folder.resolve("before"), copy);
    final FaultedLife life = new FaultedLife(before, copy);
    final PlannedFaults files =
        new PlannedFaults((at, operation) -> at == number ? fault : Fault.NONE, false);
    try {
      if (what.startsWith(Operation.READ.name())) {
        life.allowUnreadable();
      }
      life.live(files, ROUNDS);
      assertEquals(1, files.failures(), "not reached");
      life.check();
    } catch (final RuntimeException | Error e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
    delete(copy);
  }

  /** The calls of a life in which none fails; every life up to its failure makes the same. */
  private List<Call> calls() throws IOException {
    final Path copy = folder.resolve("copy");
    Folders.copy(folder.resolve("before"), copy);
    final PlannedFaults files = new PlannedFaults((number, operation) -> Fault.NONE, true);
    final FaultedLife life = new FaultedLife(before, copy);
    assertTrue(life.live(files, ROUNDS));
    life.check();
    delete(copy);
    return files.calls();
  }

  private static Set<Integer> chosen(final List<Integer> numbers) {
    return new TreeSet<>(IS_ALL ? numbers : List.of(numbers.getFirst(), numbers.getLast()));
  }

  private static Fault[] faults(final Operation operation) {
    return switch (operation) {
      case WRITE, OPEN, SYNC, RENAME, SYNC_DIRECTORY ->
          new Fault[] {Fault.INPUT_OUTPUT, Fault.NO_SPACE};
      default -> new Fault[] {Fault.INPUT_OUTPUT};
    };
  }

  private static PlannedFaults none() {
    return new PlannedFaults((number, operation) -> Fault.NONE, false);
  }

  private static void delete(final Path copy) throws IOException {
    try (var found = Files.walk(copy)) {
      for (final Path file : found.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
