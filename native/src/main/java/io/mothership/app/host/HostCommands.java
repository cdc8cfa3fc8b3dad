package io.mothership.app.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of the machine that may or may not be there. */
@FunctionalInterface
public interface HostCommands {

  /** Runs a program; its output, or empty if it is missing, fails, or takes over two seconds. */
  Optional<String> run(String... command);

  /** This machine's. */
  static HostCommands system() {
    return HostCommands::runHere;
  }

  private static Optional<String> runHere(final String... command) {
    try {
      final Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try {
        process.getOutputStream().close();
        if (!process.waitFor(2, TimeUnit.SECONDS) || process.exitValue() != 0) {
          return Optional.empty();
        }
        // What is asked for is shorter than a pipe holds.
        return Optional.of(
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      } finally {
        process.destroyForcibly();
      }
    } catch (final IOException e) {
      return Optional.empty();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
