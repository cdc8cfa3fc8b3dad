package io.mothership.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an appliance holds: the heap as its metrics tell, what of it lives if it is a JVM, and what
 * is resident. In bytes.
 *
 * @param live objects that a full collection leaves, empty for an image, which cannot be asked
 * @param used of the heap, garbage included
 * @param committed of the heap
 * @param direct memory of Netty's buffers
 * @param state what its own budget counts for streams and consumers, 0 if it does not count
 * @param resident by the kernel's count, in KiB
 */
record HeldMemory(
    Optional<Long> live,
    long used,
    long committed,
    long direct,
    long state,
    ResidentMemory resident) {
  private static final double MIB = 1024 * 1024;

  static HeldMemory of(final MeasuredProcess process) throws IOException, InterruptedException {
    final Optional<Long> live = live(process.pid());
    final String metrics = get(process, "/metrics");
    return new HeldMemory(
        live,
        number(metrics, "mothership_heap_used_bytes"),
        number(metrics, "mothership_heap_committed_bytes"),
        number(metrics, "mothership_direct_memory_bytes"),
        number(metrics, "mothership_state_memory_bytes"),
        process.memory());
  }

  /** A number without labels on {@code /metrics}, 0 if it is not there. */
  static long metric(final MeasuredProcess process, final String name)
      throws IOException, InterruptedException {
    return number(get(process, "/metrics"), name);
  }

  /** Bytes of the heap that best tell what is needed. */
  long needed() {
    return live.orElse(used);
  }

  @Override
  public String toString() {
    return String.format(
        "heap %s%.1f MiB of %.1f committed, direct %.1f MiB, RSS %.1f MiB = %.1f anonymous + %.1f"
            + " of files, counted state %.1f MiB",
        live.map(bytes -> String.format("%.1f MiB live, ", bytes / MIB)).orElse(""),
        used / MIB,
        committed / MIB,
        direct / MIB,
        resident.resident() / 1024.0,
        resident.anonymous() / 1024.0,
        resident.file() / 1024.0,
        state / MIB);
  }

  /** Asks over HTTP without a token. */
  static String get(final MeasuredProcess process, final String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      final URI uri = URI.create("http://127.0.0.1:" + process.httpPort() + path);
      final HttpResponse<String> answer =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(path + " answers " + answer.statusCode() + ": " + answer.body());
      }
      return answer.body();
    }
  }

  private static long number(final String metrics, final String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .findFirst()
        .map(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .orElse(0L);
  }

  private static Optional<Long> live(final long pid) throws IOException, InterruptedException {
    final String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    final Process asked =
        new ProcessBuilder(List.of(jcmd, Long.toString(pid), "GC.class_histogram"))
            .redirectErrorStream(true)
            .start();
    final List<String> lines = asked.inputReader().lines().toList();
    final boolean isAnswered = asked.waitFor() == 0;
    return lines.stream()
        .filter(line -> isAnswered && line.startsWith("Total "))
        .findFirst()
        .map(line -> Long.parseLong(line.strip().split("\\s+")[2]));
  }
}
