package io.mothership.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified NATS clients for Node, both generations, against the product. */
final class NodeClientsIT {

  private static Path tools;

  @TempDir private Path folder;
  private ApplianceProcess appliance;

  @BeforeAll
  static void install() throws IOException, InterruptedException {
    tools = ClientScript.tools("node");
    final Path scripts = ClientScript.sources("node");
    // Node looks for packages beside the script, and none should land in the sources.
    for (final String name :
        List.of("package.json", "checks.js", "client_checks.js", "legacy_client_checks.js")) {
      Files.copy(scripts.resolve(name), tools.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(tools.resolve("installed"))) {
      ClientScript.prepare(tools, List.of("npm", "install", "--no-audit", "--no-fund"));
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
  void shouldServeNatsJs() throws IOException, InterruptedException {
    ClientScript.check(tools, List.of("node", "client_checks.js", appliance.natsUrl()));
  }

  @Test
  void shouldServeNatsJsOfTheGenerationBefore() throws IOException, InterruptedException {
    ClientScript.check(tools, List.of("node", "legacy_client_checks.js", appliance.natsUrl()));
  }
}
