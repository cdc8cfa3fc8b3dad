package io.mothership.app;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Time until all listeners are bound with a short and with a long journal: {@code RestartRun STARTS
 * PROGRAM...}
 *
 * <p>Both folders are made by the program itself, with messages of 1,000 bytes that all live. Then
 * it is started on one and the other in turn, after an orderly stop and after SIGKILL under load.
 */
final class RestartRun {
  private static final int PAYLOAD = 1_000;
  private static final int SHORT_MESSAGES = 10_000;
  private static final int LONG_MESSAGES = 1_000_000;

  /** Published before each kill: the tail that the next start reads. */
  private static final int TAIL_MESSAGES = 500;

  private static final String SUBJECT = "restart.messages";

  private RestartRun() {}

  public static void main(final String[] arguments) throws Exception {
    final List<String> program = new ArrayList<>(List.of(arguments));
    final int starts = Integer.parseInt(program.removeFirst());
    final Path folder = Files.createTempDirectory("mothership-restart");
    try {
      final Journal brief = new Journal(program, folder.resolve("short"), SHORT_MESSAGES);
      final Journal extended = new Journal(program, folder.resolve("long"), LONG_MESSAGES);
      for (int i = 0; i < starts; i++) {
        brief.restart();
        extended.restart();
      }
      brief.print();
      extended.print();
    } finally {
      StartRun.delete(folder);
    }
  }

  /** A data folder and what its starts took. */
  private static final class Journal {
    private final List<String> program;
    private final Path folder;
    private final List<Long> cleanNs = new ArrayList<>();
    private final List<Long> killedNs = new ArrayList<>();
    private final List<Long> cleanProcessorNs = new ArrayList<>();
    private final List<Long> killedProcessorNs = new ArrayList<>();

    Journal(final List<String> program, final Path folder, final int messages) throws Exception {
      this.program = program;
      this.folder = Files.createDirectories(folder);
      try (MeasuredProcess process = start()) {
        try (Connection client = Nats.connect("nats://127.0.0.1:" + process.natsPort())) {
          client
              .jetStreamManagement()
              .addStream(
                  StreamConfiguration.builder().name("RESTART").subjects("restart.>").build());
        }
        publish(process, messages);
        process.stop();
      }
    }

    private MeasuredProcess start() throws IOException, InterruptedException {
      return MeasuredProcess.start(program, folder);
    }

    private static void publish(final MeasuredProcess process, final int messages)
        throws IOException, InterruptedException {
      try (AckedPublisher publisher =
          AckedPublisher.connect(process.natsPort(), SUBJECT, PAYLOAD)) {
        publisher.publish(messages);
      }
    }

    /** Once after an orderly stop and once after a kill. */
    void restart() throws IOException, InterruptedException {
      try (MeasuredProcess process = start()) {
        cleanNs.add(process.boundNs());
        cleanProcessorNs.add(process.boundProcessorNs());
        publish(process, TAIL_MESSAGES);
        process.kill();
      }
      try (MeasuredProcess process = start()) {
        killedNs.add(process.boundNs());
        killedProcessorNs.add(process.boundProcessorNs());
        process.stop();
      }
    }

    void print() throws IOException {
      long bytes = 0;
      try (var files = Files.list(folder.resolve("data").resolve("journal"))) {
        for (final Path file : files.toList()) {
          bytes += Files.size(file);
        }
      }
      System.out.printf("journal of %,d bytes%n", bytes);
      print("after an orderly stop", cleanNs, cleanProcessorNs);
      print("after SIGKILL", killedNs, killedProcessorNs);
    }

    private static void print(
        final String what, final List<Long> ns, final List<Long> processorNs) {
      Collections.sort(ns);
      Collections.sort(processorNs);
      System.out.printf(
          "  %-22s bound: median %.0f ms, min %.0f, max %.0f; processor time until then: median"
              + " %.0f ms, min %.0f; starts %d%n",
          what,
          ns.get(ns.size() / 2) / 1e6,
          ns.getFirst() / 1e6,
          ns.getLast() / 1e6,
          processorNs.get(processorNs.size() / 2) / 1e6,
          processorNs.getFirst() / 1e6,
          ns.size());
    }
  }
}
