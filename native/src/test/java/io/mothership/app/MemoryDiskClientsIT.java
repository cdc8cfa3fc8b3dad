package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product on a file system that lies in memory and is full. */
final class MemoryDiskClientsIT {
  private static final long DISK_BYTES = 96L * 1024 * 1024;
  private static final int PAYLOAD_LENGTH = 100_000;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void shouldStartAfterAKillWhereNotAPageIsLeft() throws Exception {
    try (LoopFileSystem disk = LoopFileSystem.mountInMemory(folder, DISK_BYTES)) {
      final Path config =
          Files.writeString(
              folder.resolve("small.conf"),
              "max_payload: 256KB\nstorage { segment_size: 16MB, checkpoint_size: 4MB }\n"
                  + "jetstream { max_file: 1GB }\n");
      final Path home = Files.createDirectories(folder.resolve("appliance"));
      Files.createSymbolicLink(
          home.resolve("data"), Files.createDirectories(disk.path().resolve("data")));
      try (ApplianceProcess appliance =
          ApplianceProcess.start(home, "--config", config.toString())) {
        final long acknowledged = fill(appliance);
        assertTrue(acknowledged > 0);
        appliance.kill();
        disk.ballast("ballast", DISK_BYTES);
        appliance.start();
        try (Connection client = connect(appliance)) {
          assertEquals(
              acknowledged,
              client
                  .jetStreamManagement()
                  .getStreamInfo("FILL")
                  .getStreamState()
                  .getLastSequence());
        }
      }
    }
  }

  /** Publishes until the stream takes no more; answers how many were acknowledged. */
  private static long fill(final ApplianceProcess appliance) throws Exception {
    try (Connection client = connect(appliance)) {
      client
          .jetStreamManagement()
          .addStream(StreamConfiguration.builder().name("FILL").subjects("fill").build());
      final byte[] payload = new byte[PAYLOAD_LENGTH];
      payload[0] = 1;
      for (long acknowledged = 0; ; acknowledged++) {
        try {
          client.jetStream().publish("fill", payload);
        } catch (final JetStreamApiException e) {
          return acknowledged;
        }
      }
    }
  }

  private static Connection connect(final ApplianceProcess appliance) throws Exception {
    return Nats.connect(
        Options.builder()
            .server("nats://127.0.0.1:" + appliance.port("nats"))
            .connectionTimeout(PATIENCE)
            .build());
  }
}
