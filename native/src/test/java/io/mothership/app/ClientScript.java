package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Programs beside the JVM that tests run: the script's exit code is the verdict, its output the
 * reason.
 */
final class ClientScript {

  private static final long LIMIT_SECONDS = 300;

  private ClientScript() {}

  static Path sources(final String language) {
    return Path.of("src/test/clients", language).toAbsolutePath();
  }

  /** A folder for what the package managers bring, kept between runs. */
  static Path tools(final String language) throws IOException {
    return Files.createDirectories(Path.of("target/clients", language).toAbsolutePath());
  }

  /** Runs something that the tests cannot do without: fails where CI is true, else skips. */
  static void prepare(final Path folder, final List<String> command)
      throws IOException, InterruptedException {
    final Path log = Files.createTempFile(tools("logs"), "prepare", ".log");
    String fault;
    try {
      final int exit = run(folder, command, log);
      fault = exit == 0 ? "" : "exit code " + exit + "\n" + Files.readString(log);
    } catch (final IOException e) {
      fault = e.getMessage();
    }
    if (!fault.isEmpty()) {
      final String text = String.join(" ", command) + " failed: " + fault;
      if ("true".equals(System.getenv("CI"))) {
        fail(text);
      }
      abort(text);
    }
  }

  /** Runs a check and shows its lines. */
  static void check(final Path folder, final List<String> command)
      throws IOException, InterruptedException {
    final Path log = Files.createTempFile(tools("logs"), "check", ".log");
    final int exit = run(folder, command, log);
    final String lines = Files.readString(log);
    System.out.print(lines);
    assertEquals(0, exit, () -> String.join(" ", command) + "\n" + lines);
  }

  private static int run(final Path folder, final List<String> command, final Path log)
      throws IOException, InterruptedException {
    final Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException("no end after " + LIMIT_SECONDS + " s: " + Files.readString(log));
    }
    return process.exitValue();
  }
}
