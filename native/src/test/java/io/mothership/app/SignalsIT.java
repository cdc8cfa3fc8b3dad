package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signals of nats-server that end nothing, or not at once, sent to both kinds of servers. */
final class SignalsIT {
  private static final long PATIENCE_S = 30;

  @TempDir private Path folder;

  @Test
  void shouldObeySignalsAsAnAppliance() throws Exception {
    shouldObeySignals(
        List.of("serve", "-d", "data", "--http", "127.0.0.1:0", "--nats", "127.0.0.1:0"));
  }

  @Test
  void shouldObeySignalsAsABroker() throws Exception {
    shouldObeySignals(List.of("broker", "-a", "127.0.0.1", "-p", "0"));
  }

  private void shouldObeySignals(final List<String> arguments) throws Exception {
    final Path log = folder.resolve("log");
    final Path config = folder.resolve("lame.conf");
    Files.writeString(config, "lame_duck_duration: 300ms\n");
    final List<String> command = ApplianceProcess.program();
    command.addAll(arguments);
    command.addAll(List.of("-c", config.toString(), "-l", log.toString(), "--ports-file", "ports"));
    final Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    try (RawClient client = new RawClient(natsPort(process))) {
      client.send("CONNECT {\"verbose\":false,\"protocol\":1}\r\nSUB a 1\r\nPING\r\n");
      client.until("PONG");

      Files.move(log, folder.resolve("log.1"));
      signal(process, "USR1");
      await(() -> Files.exists(log) && Files.readString(log).contains("opened anew"), process);
      client.send("PUB a 2\r\nhi\r\n");
      client.until("MSG a 1 2");

      signal(process, "USR2");
      client.until("\"ldm\":true");
      client.send("PUB a 3\r\nbye\r\n");
      client.until("MSG a 1 3");
      assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "it goes on");
      assertEquals(0, process.exitValue(), Files.readString(log));
      assertTrue(Files.readString(log).contains("lame duck"));
    } finally {
      process.destroyForcibly();
    }
  }

  private int natsPort(final Process process) throws Exception {
    final Path ports = folder.resolve("ports");
    await(() -> Files.exists(ports) && Files.readString(ports).contains("nats="), process);
    return Files.readAllLines(ports, StandardCharsets.UTF_8).stream()
        .filter(line -> line.startsWith("nats="))
        .mapToInt(line -> Integer.parseInt(line.substring("nats=".length())))
        .findFirst()
        .orElseThrow();
  }

  private static void signal(final Process process, final String name) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
        .inheritIO()
        .start()
        .waitFor();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(final Condition condition, final Process process) throws Exception {
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.holds()) {
      assertTrue(process.isAlive(), () -> "it ended: " + process.exitValue());
      assertTrue(System.nanoTime() - deadlineNs < 0, "nothing happened");
      Thread.sleep(20);
    }
  }
}
