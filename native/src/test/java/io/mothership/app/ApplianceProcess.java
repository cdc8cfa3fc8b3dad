package io.mothership.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The built product in a process of its own, on free ports of the loopback address.
 *
 * <p>{@code -Dmothership.it.binary=FILE} takes the native image instead of the jar; a relative name
 * is seen from the project's folder.
 */
final class ApplianceProcess implements AutoCloseable {

  static final String TOKEN = "constellation-dev-token";

  private static final String BINARY = "mothership.it.binary";
  private static final long START_LIMIT_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long STOP_LIMIT_SECONDS = 30;

  private final Path folder;
  private final List<String> options;
  private final Map<String, String> environment;
  private int httpPort;
  private int natsPort;
  private int monitorPort;
  private Process process;

  private ApplianceProcess(
      final Path folder, final Map<String, String> environment, final List<String> options) {
    this.folder = folder;
    this.environment = environment;
    this.options = options;
  }

  /** Starts {@code mothership serve} with its data below {@code folder} and more options. */
  static ApplianceProcess start(final Path folder, final String... options)
      throws IOException, InterruptedException {
    return start(folder, Map.of(), options);
  }

  /** The same with more environment. */
  static ApplianceProcess start(
      final Path folder, final Map<String, String> environment, final String... options)
      throws IOException, InterruptedException {
    final ApplianceProcess appliance =
        new ApplianceProcess(Files.createDirectories(folder), environment, List.of(options));
    appliance.start();
    return appliance;
  }

  String natsUrl() {
    return "nats://127.0.0.1:" + natsPort;
  }

  String httpUrl() {
    return "http://127.0.0.1:" + httpPort;
  }

  /** The folder given to {@code --data-dir}. */
  Path data() {
    return folder.resolve("data");
  }

  long pid() {
    return process.pid();
  }

  int httpPort() {
    return httpPort;
  }

  int natsPort() {
    return natsPort;
  }

  /** The port of another listener. */
  int port(final String name) throws IOException, InterruptedException {
    return Integer.parseInt(awaitPorts(portsFile()).get(name).toString());
  }

  /** 0 without the option {@code --set monitor_port=0}. */
  int monitorPort() {
    return monitorPort;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Sockets that the process has open, listening ones included. */
  long socketCount() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      return descriptors.filter(ApplianceProcess::isSocket).count();
    }
  }

  private static boolean isSocket(final Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (final IOException e) {
      // Closed since it was listed.
      return false;
    }
  }

  /** Everything that the process has written. */
  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** kill -9: the process gets no chance to tidy up. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts again on the same ports and data. */
  void start() throws IOException, InterruptedException {
    launch();
    final Map<Object, Object> bound = awaitPorts(portsFile());
    httpPort = Integer.parseInt(bound.get("http").toString());
    natsPort = Integer.parseInt(bound.get("nats").toString());
    monitorPort = Integer.parseInt(bound.getOrDefault("monitor", 0).toString());
  }

  /** Starts again and kills it after a while, wherever it is by then. */
  void startAndKill(final long afterMs) throws IOException, InterruptedException {
    launch();
    Thread.sleep(afterMs);
    kill();
  }

  private Path portsFile() {
    return folder.resolve("ports");
  }

  private void launch() throws IOException {
    Files.deleteIfExists(portsFile());
    // Where the tests run under nohup SIGHUP is ignored, and every child would inherit that.
    final List<String> command = new ArrayList<>(List.of("env", "--default-signal=HUP"));
    command.addAll(program());
    command.addAll(
        List.of(
            "serve",
            "--data-dir",
            folder.resolve("data").toString(),
            "--http",
            "127.0.0.1:" + httpPort,
            "--nats",
            "127.0.0.1:" + natsPort,
            "--ports-file",
            portsFile().toString()));
    command.addAll(options);
    final ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** Stops in order, with SIGTERM, and answers the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
      kill();
      throw new IllegalStateException("the appliance did not stop in time:\n" + log());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private Map<Object, Object> awaitPorts(final Path ports)
      throws IOException, InterruptedException {
    final long deadlineNs = System.nanoTime() + START_LIMIT_NS;
    while (process.isAlive() && System.nanoTime() - deadlineNs < 0) {
      if (Files.exists(ports)) {
        final Properties lines = new Properties();
        try (var in = Files.newInputStream(ports)) {
          lines.load(in);
        }
        if (lines.containsKey("http") && lines.containsKey("nats")) {
          return lines;
        }
      }
      Thread.sleep(20);
    }
    process.destroyForcibly();
    throw new IllegalStateException("the appliance did not start:\n" + log());
  }

  /** The program and what has to stand before its own arguments. */
  static List<String> program() {
    final String binary = System.getProperty(BINARY, "");
    if (!binary.isEmpty()) {
      return new ArrayList<>(List.of(Path.of("..").toAbsolutePath().resolve(binary).toString()));
    }
    final Path target = Path.of("target").toAbsolutePath();
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + target.resolve("jvm.options"),
            "-cp",
            target.resolve("mothership.jar") + java.io.File.pathSeparator + target + "/lib/*",
            "io.mothership.app.cli.Main"));
  }
}
