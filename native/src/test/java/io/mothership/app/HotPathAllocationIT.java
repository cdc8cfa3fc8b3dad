package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.mothership.config.ConfigKey;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.StorageKeys;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A message's whole way allocates nothing: socket, decoder, ring, dispatch, journal on disk,
 * acknowledgement, outbox, socket. Measured on the product's own threads, {@code ms-*}, while a raw
 * client publishes.
 */
final class HotPathAllocationIT {
  private static final int BATCH = 500;
  private static final int WARM_UP_MESSAGES = 60_000;
  private static final int MESSAGES = 100_000;

  /**
   * No object is smaller than 16 bytes, so below this there is none per message; what is left are
   * reads, syncs and index entries, each for many messages.
   */
  private static final long BYTES_PER_MESSAGE_MAX = 4;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  @Test
  void shouldAllocateNothingPerAcknowledgedMessage() throws Exception {
    try (Wiring appliance = Wiring.start(config(), Role.APPLIANCE);
        Socket socket = new Socket("127.0.0.1", appliance.ports().get("nats"))) {
      final InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      final OutputStream out = socket.getOutputStream();
      send(out, "CONNECT {\"verbose\":false,\"protocol\":1,\"headers\":true}\r\nSUB inbox 1\r\n");
      final byte[] batch = batch();
      final long journaledBefore = appliance.journalSequence();
      publish(in, out, batch, WARM_UP_MESSAGES / BATCH);
      final Map<String, Long> before = allocatedBytes();
      publish(in, out, batch, MESSAGES / BATCH);
      final Map<String, Long> allocated = allocatedBytes();
      before.forEach((thread, bytes) -> allocated.merge(thread, -bytes, Long::sum));
      final long journaled = appliance.journalSequence() - journaledBefore;
      assertTrue(journaled >= WARM_UP_MESSAGES + MESSAGES, "journaled=" + journaled);
      final long sum = allocated.values().stream().mapToLong(Long::longValue).sum();
      assertTrue(
          sum < MESSAGES * BYTES_PER_MESSAGE_MAX,
          "bytes allocated for " + MESSAGES + " messages, by thread: " + allocated);
    }
  }

  private static void publish(
      final InputStream in, final OutputStream out, final byte[] batch, final int batches)
      throws IOException {
    for (int i = 0; i < batches; i++) {
      out.write(batch);
      out.flush();
      awaitAcknowledgements(in, BATCH);
    }
  }

  private static byte[] batch() {
    final String payload = "x".repeat(160);
    final String publish =
        "PUB constellation.telemetry.org-1.entity-1 inbox 160\r\n" + payload + "\r\n";
    return publish.repeat(BATCH).getBytes(StandardCharsets.US_ASCII);
  }

  /** Each acknowledgement names the stream once. */
  private static void awaitAcknowledgements(final InputStream in, final int count)
      throws IOException {
    final String sign = "CONSTELLATION_TELEMETRY";
    int seen = 0;
    int matched = 0;
    while (seen < count) {
      final int b = in.read();
      if (b < 0) {
        throw new IOException("connection closed after " + seen + " acknowledgements");
      }
      matched = b == sign.charAt(matched) ? matched + 1 : b == sign.charAt(0) ? 1 : 0;
      if (matched == sign.length()) {
        seen++;
        matched = 0;
      }
    }
  }

  /** By the name of the appliance's threads, which live as long as it does. */
  private static Map<String, Long> allocatedBytes() {
    final Map<String, Long> bytes = new TreeMap<>();
    for (final Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("ms-")) {
        bytes.put(thread.getName(), THREADS.getThreadAllocatedBytes(thread.threadId()));
      }
    }
    assertTrue(bytes.size() >= 3, "threads of the appliance: " + bytes.keySet());
    return bytes;
  }

  private static void send(final OutputStream out, final String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private MothershipConfig config() {
    final Map<ConfigKey, String> overrides = new HashMap<>();
    overrides.put(StorageKeys.DATA_DIR, folder.toString());
    // A new segment costs objects, once in so many MiB; here all fits into one.
    overrides.put(StorageKeys.SEGMENT_SIZE, "64MB");
    // So does a checkpoint: a copy of each index chunk that changes while it is written.
    overrides.put(StorageKeys.CHECKPOINT_SIZE, "1GB");
    overrides.put(HttpKeys.PORT, "0");
    overrides.put(NatsKeys.PORT, "0");
    overrides.put(NatsKeys.LAME_DUCK_DURATION, "0s");
    return MothershipConfig.load(
        new MothershipConfig.Inputs(Optional.empty(), Map.of(), Optional.empty(), overrides));
  }
}
