package io.mothership.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unmodified nats-py client, and an Alien written from the PRD in Python, against the product.
 */
final class PythonClientsIT {

  private static Path python;
  private static Path scripts;

  @TempDir private Path folder;
  private ApplianceProcess appliance;

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    final Path tools = ClientScript.tools("python");
    scripts = ClientScript.sources("python");
    python = tools.resolve("venv/bin/python");
    if (!Files.exists(tools.resolve("installed"))) {
      ClientScript.prepare(
          tools, List.of("python3", "-m", "venv", "--system-site-packages", "venv"));
      ClientScript.prepare(
          tools,
          List.of(
              python.toString(),
              "-m",
              "pip",
              "install",
              "--quiet",
              "--disable-pip-version-check",
              "-r",
              scripts.resolve("requirements.txt").toString()));
      Files.createFile(tools.resolve("installed"));
    }
  }

  @BeforeEach
  void start() throws IOException, InterruptedException {
    appliance = ApplianceProcess.start(folder);
  }

  @AfterEach
  void stop() {
    appliance.close();
  }

  @Test
  void shouldServeNatsPy() throws IOException, InterruptedException {
    ClientScript.check(
        scripts, List.of(python.toString(), "-B", "client_checks.py", appliance.natsUrl()));
  }

  @Test
  void shouldServeAnAlienWrittenInPython() throws IOException, InterruptedException {
    ClientScript.check(
        scripts,
        List.of(
            python.toString(),
            "-B",
            "alien_checks.py",
            "--http",
            appliance.httpUrl(),
            "--nats",
            appliance.natsUrl(),
            "--token",
            ApplianceProcess.TOKEN,
            "--broadcast"));
  }
}
