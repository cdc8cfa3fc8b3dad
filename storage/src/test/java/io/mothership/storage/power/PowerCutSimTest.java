package io.mothership.storage.power;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.jetstream.SpineSim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lives of {@link SpineSim} on the real journal and its checkpoints, with the real registry
 * beside it, all in one folder whose power fails. {@code -Dmothership.powercut.seeds=N} for more,
 * {@code -Dmothership.seed=N} for another first one.
 *
 * <p>A seed decides what is done and what each cut leaves. Where in the relaying of events the
 * power fails is for the threads to decide.
 */
final class PowerCutSimTest {
  private static final int SEEDS = Integer.getInteger("mothership.powercut.seeds", 20);
  private static final long FIRST_SEED = Long.getLong("mothership.seed", 1L);
  private static final int SEEDS_TO_CATCH = 8;
  private static final Predicate<Path> HONEST = file -> false;
  private static final Predicate<Path> REGISTRY =
      file -> file.getFileName().toString().startsWith("fleet.db");

  @TempDir private Path directory;

  @Test
  void shouldKeepItsPromisesAcrossPowerCuts() throws IOException {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      run(seed, HONEST);
    }
  }

  @Test
  void shouldCatchADiskThatDoesNotSyncTheJournal() throws IOException {
    assertCaught(REGISTRY.negate());
  }

  @Test
  void shouldCatchADiskThatDoesNotSyncTheRegistry() throws IOException {
    assertCaught(REGISTRY);
  }

  private void assertCaught(final Predicate<Path> lie) throws IOException {
    int caught = 0;
    for (long seed = 1; seed <= SEEDS_TO_CATCH; seed++) {
      try {
        run(seed, lie);
      } catch (final AssertionError e) {
        caught++;
      }
    }
    assertTrue(caught > SEEDS_TO_CATCH / 2, "caught: " + caught);
  }

  private void run(final long seed, final Predicate<Path> lie) throws IOException {
    final Path folder = Files.createDirectory(directory.resolve(Long.toString(seed)));
    final ChronicleDisk disk = new ChronicleDisk(folder, lie);
    final SimulatedRegistry registry = new SimulatedRegistry(disk);
    final SpineSim sim = new SpineSim(seed, disk, registry, UnaryOperator.identity());
    try {
      sim.run();
    } catch (final RuntimeException | Error e) {
      throw new AssertionError("seed=" + seed + ", " + sim.what() + ": " + e.getMessage(), e);
    } finally {
      registry.leave();
      disk.discard();
    }
  }
}
