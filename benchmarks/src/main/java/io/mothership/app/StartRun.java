package io.mothership.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Time until all listeners are bound, and memory when idle, of a program that is started again and
 * again on the same data folder: {@code StartRun [--kill] STARTS PROGRAM...}
 *
 * <p>The folder is made by the program itself with some thousand messages in it. {@code --kill}
 * ends each run with SIGKILL instead of SIGTERM, so that every start recovers.
 */
final class StartRun {
  private static final int MESSAGES = 5_000;
  private static final int WARM_UP = 2;
  private static final long IDLE_MS = 3_000;

  /** Memory needs the idle time, so it is not looked at in every run. */
  private static final int MEMORY_EVERY = 4;

  private StartRun() {}

  public static void main(final String[] arguments) throws Exception {
    final List<String> words = new ArrayList<>(List.of(arguments));
    final boolean isKilled = words.remove("--kill");
    final int starts = Integer.parseInt(words.removeFirst());
    final Path folder = Files.createTempDirectory("mothership-start");
    try {
      fill(words, folder);
      run(words, folder, starts, isKilled);
    } finally {
      delete(folder);
    }
  }

  private static void fill(final List<String> program, final Path folder) throws Exception {
    try (MeasuredProcess process = MeasuredProcess.start(program, folder)) {
      try (AckedPublisher publisher = AckedPublisher.connect(process.natsPort())) {
        publisher.publish(MESSAGES);
      }
      process.stop();
    }
  }

  private static void run(
      final List<String> program, final Path folder, final int starts, final boolean isKilled)
      throws Exception {
    final List<Long> boundNs = new ArrayList<>();
    final List<Long> processorNs = new ArrayList<>();
    final List<ResidentMemory> memories = new ArrayList<>();
    for (int i = 0; i < WARM_UP + starts; i++) {
      try (MeasuredProcess process = MeasuredProcess.start(program, folder)) {
        if (i >= WARM_UP) {
          boundNs.add(process.boundNs());
          processorNs.add(process.boundProcessorNs());
          if (i % MEMORY_EVERY == 0) {
            Thread.sleep(IDLE_MS);
            memories.add(process.memory());
          }
        }
        if (isKilled) {
          process.kill();
        } else {
          process.stop();
        }
      }
    }
    Collections.sort(boundNs);
    memories.sort(Comparator.comparingLong(ResidentMemory::resident));
    final ResidentMemory memory = memories.get(memories.size() / 2);
    System.out.printf(
        "bound: median %.1f ms, min %.1f, p90 %.1f, max %.1f, starts %d%n",
        milliseconds(boundNs, 0.5),
        milliseconds(boundNs, 0),
        milliseconds(boundNs, 0.9),
        milliseconds(boundNs, 1),
        starts);
    System.out.printf(
        "processor time until then: mean %.1f ms%n",
        processorNs.stream().mapToLong(Long::longValue).average().orElseThrow() / 1e6);
    System.out.printf(
        "idle: RSS %.1f MiB = %.1f anonymous + %.1f of files%n",
        mebibytes(memory.resident()), mebibytes(memory.anonymous()), mebibytes(memory.file()));
  }

  private static double milliseconds(final List<Long> sortedNs, final double share) {
    return sortedNs.get((int) Math.round(share * (sortedNs.size() - 1))) / 1e6;
  }

  private static double mebibytes(final long kibibytes) {
    return kibibytes / 1024.0;
  }

  static void delete(final Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
