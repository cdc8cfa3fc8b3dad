package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.ProcessKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortFilesTest {
  @TempDir private Path folder;

  @Test
  void shouldTellWhereEverythingListensAndTidyUp() throws IOException {
    final MothershipConfig config =
        MothershipConfig.load(
            new MothershipConfig.Inputs(
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Map.of(
                    ProcessKeys.PORTS_FILE, folder.resolve("ports").toString(),
                    ProcessKeys.PORTS_FILE_DIR, folder.toString(),
                    ProcessKeys.PID_FILE, folder.resolve("pid").toString(),
                    NatsKeys.HOST, "0.0.0.0")));
    final Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("http", 1);
    ports.put("nats", 2);
    ports.put("monitor", 3);
    final long pid = ProcessHandle.current().pid();
    final PortFiles files = PortFiles.write(config, ports);
    assertEquals("http=1\nnats=2\nmonitor=3\n", Files.readString(folder.resolve("ports")));
    assertEquals(pid + "\n", Files.readString(folder.resolve("pid")));
    assertEquals(
        "{\"nats\":[\"nats://127.0.0.1:2\"],\"monitoring\":[\"http://127.0.0.1:3\"]}",
        Files.readString(folder.resolve("nats-server_" + pid + ".ports")));
    files.close();
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
