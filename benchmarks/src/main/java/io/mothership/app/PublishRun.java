package io.mothership.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Durable publishes per second that a program takes in, every one acknowledged after its sync:
 * {@code PublishRun CONNECTIONS ROUNDS PROGRAM...}
 *
 * <p>One process serves all rounds on an empty folder; the first rounds warm it up and are not
 * counted. Each connection keeps 256 messages of 160 bytes under way.
 */
final class PublishRun {
  private static final int WARM_UP = 2;
  private static final int MESSAGES = 100_000;

  private PublishRun() {}

  public static void main(final String[] arguments) throws Exception {
    final List<String> words = new ArrayList<>(List.of(arguments));
    final int connections = Integer.parseInt(words.removeFirst());
    final int rounds = Integer.parseInt(words.removeFirst());
    final Path folder = Files.createTempDirectory("mothership-publish");
    try (MeasuredProcess process = MeasuredProcess.start(words, folder)) {
      final List<Double> rates = new ArrayList<>();
      final long processorBeginNs = process.processorNs();
      long published = 0;
      for (int i = 0; i < WARM_UP + rounds; i++) {
        final long beginNs = System.nanoTime();
        final int count = round(process.natsPort(), connections);
        published += count;
        final double rate = count / ((System.nanoTime() - beginNs) / 1e9);
        if (i >= WARM_UP) {
          rates.add(rate);
        }
      }
      Collections.sort(rates);
      System.out.printf(
          "published: median %,.0f per second, min %,.0f, max %,.0f, rounds %d, connections %d%n",
          rates.get(rates.size() / 2), rates.getFirst(), rates.getLast(), rounds, connections);
      System.out.printf(
          "server: %.1f µs of processor time per message, RSS %.1f MiB after it%n",
          (process.processorNs() - processorBeginNs) / 1e3 / published,
          process.memory().resident() / 1024.0);
      process.stop();
    } finally {
      StartRun.delete(folder);
    }
  }

  private static int round(final int port, final int connections) throws Exception {
    final List<CompletableFuture<Integer>> ends = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      final CompletableFuture<Integer> end = new CompletableFuture<>();
      ends.add(end);
      Thread.startVirtualThread(
          () -> {
            try (AckedPublisher publisher = AckedPublisher.connect(port)) {
              end.complete(publisher.publish(MESSAGES / connections));
            } catch (final Exception e) {
              end.completeExceptionally(e);
            }
          });
    }
    int count = 0;
    for (final CompletableFuture<Integer> end : ends) {
      count += end.get();
    }
    return count;
  }
}
