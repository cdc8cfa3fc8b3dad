package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the process says to whoever has started it, and how it obeys SIGHUP. */
final class ServiceManagerIT {
  @TempDir private Path folder;

  @Test
  void shouldTellAPathWhatItDoes() throws Exception {
    shouldTellWhatItDoes(folder.resolve("notify").toString());
  }

  @Test
  void shouldTellAnAbstractSocketWhatItDoes() throws Exception {
    shouldTellWhatItDoes("@mothership-" + ProcessHandle.current().pid());
  }

  private void shouldTellWhatItDoes(final String name) throws Exception {
    final Path file = folder.resolve("nats.conf");
    Files.writeString(file, "max_connections: 100\n");
    try (NotifySocket socket = new NotifySocket(name);
        ApplianceProcess appliance =
            ApplianceProcess.start(
                folder, Map.of("NOTIFY_SOCKET", socket.name(), "WATCHDOG_USEC", "300000"))) {
      assertTrue(socket.await("READY=1\n").contains("STATUS=serving"));
      socket.await("WATCHDOG=1");

      Files.writeString(file, "max_connections: 200\nserver_name: other\n");
      final long beforeNs = System.nanoTime();
      hangUp(appliance);
      final String reloading = socket.await("RELOADING=1\nMONOTONIC_USEC=");
      final long atNs =
          TimeUnit.MICROSECONDS.toNanos(
              Long.parseLong(reloading.substring(reloading.lastIndexOf('=') + 1)));
      assertTrue(atNs >= beforeNs - 1_000 && atNs <= System.nanoTime(), reloading);
      assertEquals(
          "READY=1\nSTATUS=reloaded; keys waiting for a restart: 1", socket.await("READY=1"));
      assertTrue(appliance.log().contains("max_connections: 100 -> 200"), appliance.log());

      Files.writeString(file, "nonsense: 1\n");
      hangUp(appliance);
      assertTrue(socket.await("READY=1").contains("refused"));
      assertTrue(appliance.log().contains("unknown key nonsense"), appliance.log());

      assertEquals(0, appliance.stop());
      socket.await("STOPPING=1");
    }
  }

  private static void hangUp(final ApplianceProcess appliance)
      throws IOException, InterruptedException {
    new ProcessBuilder("sh", "-c", "kill -HUP " + appliance.pid()).inheritIO().start().waitFor();
  }
}
