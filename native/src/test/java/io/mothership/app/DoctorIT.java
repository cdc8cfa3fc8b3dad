package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import io.mothership.storage.recovery.SegmentFiles;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mothership doctor} on folders of appliances that run, and that do not. */
final class DoctorIT {
  private static final long PATIENCE_S = 60;

  @TempDir private Path folder;

  private record Answer(int exitCode, String text) {
    boolean has(final String level, final String check, final String word) {
      return JsonReader.parse(text.getBytes(StandardCharsets.UTF_8)).array("findings").stream()
          .map(JsonObject.class::cast)
          .anyMatch(
              finding ->
                  finding.string("level", "").equals(level)
                      && finding.string("check", "").equals(check)
                      && finding.string("measured", "").contains(word));
    }

    void expect(final String level, final String check, final String word) {
      assertTrue(has(level, check, word), () -> level + " " + check + " " + word + ": " + text);
    }
  }

  private Answer doctor(final String... options) throws Exception {
    final List<String> command = ApplianceProcess.program();
    command.add("doctor");
    command.addAll(List.of(options));
    final Path output = folder.resolve("doctor");
    final Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS));
    return new Answer(process.exitValue(), Files.readString(output));
  }

  private Answer asJson(final Path data, final int http, final int nats) throws Exception {
    return doctor(
        "--json",
        "-d",
        data.toString(),
        "--http",
        "127.0.0.1:" + http,
        "--nats",
        "127.0.0.1:" + nats);
  }

  @Test
  void shouldKnowARunningApplianceAndFindWhatIsWrongWhenItIsStopped() throws Exception {
    try (ApplianceProcess appliance = ApplianceProcess.start(folder)) {
      final Answer running = asJson(appliance.data(), appliance.httpPort(), appliance.natsPort());
      assertEquals(0, running.exitCode(), running::text);
      running.expect("OK", "data folder", "is running on it, pid " + appliance.pid());
      running.expect("OK", "ports", "is in use by the appliance, pid " + appliance.pid());
      running.expect("OK", "journal", "no damage");
      running.expect("OK", "disk sync", "median ");
      running.expect("WARN", "secrets", "http.token is the default");
      assertEquals(0, appliance.stop());

      final Answer stopped = asJson(appliance.data(), appliance.httpPort(), appliance.natsPort());
      assertEquals(0, stopped.exitCode(), stopped::text);
      stopped.expect("OK", "ports", appliance.natsPort() + " is free");
      stopped.expect("OK", "journal", "last stop clean");
      // Four times the limits of the appliance's own streams, which it made at its start.
      stopped.expect("OK", "free space", "may grow to 2.9 GiB");

      final Path segment =
          SegmentFiles.list(SegmentFiles.journalDirectory(appliance.data()))
              .firstEntry()
              .getValue();
      final byte[] bytes = Files.readAllBytes(segment);
      bytes[1_200] ^= 1;
      Files.write(segment, bytes);
      final Answer damaged = asJson(appliance.data(), 0, 0);
      assertEquals(1, damaged.exitCode(), damaged::text);
      damaged.expect("FAIL", "journal", "damaged: segment=");
    }
  }

  @Test
  void shouldNameWhoHasAPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      final Answer answer = asJson(folder.resolve("none"), taken.getLocalPort(), 0);
      assertEquals(1, answer.exitCode(), answer::text);
      answer.expect("FAIL", "ports", "pid " + ProcessHandle.current().pid());
      answer.expect("OK", "ports", "NATS: any free port");
      answer.expect("OK", "data folder", "is not there yet");
      assertTrue(Files.notExists(folder.resolve("none")), "it made the folder");
    }
  }

  @Test
  void shouldTellPeopleWhatToDo() throws Exception {
    final Answer answer = doctor("-d", "d", "--http", "0.0.0.0:0", "--nats", "0");
    assertEquals(1, answer.exitCode(), answer::text);
    assertTrue(answer.text().contains("FAIL secrets      http.token is the default"), answer::text);
    assertTrue(answer.text().contains("→ Set API_BEARER_TOKEN"), answer::text);
    assertTrue(answer.text().strip().endsWith(" 1 to mend"), answer::text);
    assertEquals(78, doctor("--set", "port=nonsense").exitCode());
  }
}
