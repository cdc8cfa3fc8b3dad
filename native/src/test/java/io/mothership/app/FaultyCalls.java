package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * A library preloaded into the appliance that makes one chosen call into the operating system fail
 * with EIO; all others, and the same call tried again, succeed. Compiled here: without a C compiler
 * the caller's test is skipped, and fails where CI is true.
 */
final class FaultyCalls {
  private static final String SOURCE = "faulty_calls.c";

  private final Path library;
  private final Path order;
  private final Path done;

  private FaultyCalls(final Path folder) {
    this.library = folder.resolve("faulty_calls.so");
    this.order = folder.resolve("fault");
    this.done = folder.resolve("fault.done");
  }

  /** Compiles the library into {@code folder}. */
  static FaultyCalls compile(final Path folder) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        hasCompiler() || "true".equals(System.getenv("CI")), "faults need a C compiler");
    final FaultyCalls calls = new FaultyCalls(folder);
    final Path source = folder.resolve(SOURCE);
    try (InputStream in = FaultyCalls.class.getResourceAsStream(SOURCE)) {
      Files.copy(in, source);
    }
    LoopFileSystem.run(
        "cc", "-shared", "-fPIC", "-O2", "-o", calls.library.toString(), source.toString(), "-ldl");
    return calls;
  }

  private static boolean hasCompiler() throws InterruptedException {
    try {
      return new ProcessBuilder("cc", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (final IOException e) {
      return false;
    }
  }

  /** What the process has to be started with. */
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "FAULTY_CALLS", order.toString());
  }

  /**
   * Lets the next such call fail, and returns when it has.
   *
   * @param call {@code sync} or {@code write}
   * @param pathPart in the path of the file it is made on
   */
  void failOne(final String call, final String pathPart, final Duration patience)
      throws IOException, InterruptedException {
    Files.deleteIfExists(done);
    final Path unseen = order.resolveSibling("fault.new");
    Files.writeString(unseen, call + " " + pathPart);
    Files.move(unseen, order, StandardCopyOption.ATOMIC_MOVE);
    final long deadlineNs = System.nanoTime() + patience.toNanos();
    while (!Files.exists(done)) {
      assertTrue(System.nanoTime() - deadlineNs < 0, () -> "no " + call + " on " + pathPart);
      Thread.sleep(1);
    }
  }
}
