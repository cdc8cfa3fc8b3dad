package io.mothership.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * One appliance in a process of its own on free ports, with the time it took to bind them.
 *
 * <p>The clock runs from before the process is made until the ports file is there, which is written
 * when all listeners are bound and appears whole.
 */
final class MeasuredProcess implements AutoCloseable {
  private static final long START_LIMIT_S = 60;
  private static final long STOP_LIMIT_S = 60;

  private final Process process;
  private final Path folder;
  private final long boundNs;
  private final long boundProcessorNs;
  private final Properties ports;

  private MeasuredProcess(
      final Process process,
      final Path folder,
      final long boundNs,
      final long boundProcessorNs,
      final Properties ports) {
    this.process = process;
    this.folder = folder;
    this.boundNs = boundNs;
    this.boundProcessorNs = boundProcessorNs;
    this.ports = ports;
  }

  /**
   * Starts {@code program serve} with its data below the folder and returns when it listens.
   *
   * @param program the executable with the arguments that come before the command
   */
  static MeasuredProcess start(final List<String> program, final Path folder)
      throws IOException, InterruptedException {
    return start(program, folder, List.of());
  }

  /** The same with further options of {@code serve}. */
  static MeasuredProcess start(
      final List<String> program, final Path folder, final List<String> options)
      throws IOException, InterruptedException {
    final Path signals = Files.createDirectories(folder.resolve("signals"));
    final Path portsFile = signals.resolve("ports");
    Files.deleteIfExists(portsFile);
    final List<String> command = new ArrayList<>(program);
    command.addAll(List.of("serve", "--data-dir", folder.resolve("data").toString()));
    command.addAll(List.of("--http", "127.0.0.1:0", "--nats", "127.0.0.1:0"));
    command.addAll(List.of("--ports-file", portsFile.toString()));
    command.addAll(options);
    final ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    try (WatchService watch = signals.getFileSystem().newWatchService()) {
      signals.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      final long beginNs = System.nanoTime();
      final Process process = builder.start();
      while (!Files.exists(portsFile)) {
        final WatchKey key = watch.poll(START_LIMIT_S, TimeUnit.SECONDS);
        if (key == null || !process.isAlive()) {
          process.destroyForcibly();
          throw new IOException("it did not start: see " + folder.resolve("log"));
        }
        key.pollEvents();
        key.reset();
      }
      final long boundNs = System.nanoTime() - beginNs;
      final long boundProcessorNs = processorNs(process);
      final Properties ports = new Properties();
      try (var in = Files.newInputStream(portsFile)) {
        ports.load(in);
      }
      return new MeasuredProcess(process, folder, boundNs, boundProcessorNs, ports);
    }
  }

  /** From before the process was made until all listeners were bound. */
  long boundNs() {
    return boundNs;
  }

  /** Processor time of all its threads up to that moment: tells more on a busy machine. */
  long boundProcessorNs() {
    return boundProcessorNs;
  }

  int natsPort() {
    return Integer.parseInt(ports.getProperty("nats"));
  }

  int httpPort() {
    return Integer.parseInt(ports.getProperty("http"));
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it holds in memory at this moment. */
  ResidentMemory memory() throws IOException {
    return ResidentMemory.of(process.pid());
  }

  /** Processor time it has used so far, in steps of the kernel's tick. */
  long processorNs() {
    return processorNs(process);
  }

  private static long processorNs(final Process process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** Asks it to end and waits until it has. */
  void stop() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("it did not stop in order: see " + folder.resolve("log"));
    }
  }

  /** SIGKILL: the next start has to recover. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
