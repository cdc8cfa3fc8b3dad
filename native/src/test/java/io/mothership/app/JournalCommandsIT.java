package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.storage.recovery.SegmentFiles;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mothership journal …} on the folder of an appliance, as somebody at a terminal uses it.
 */
final class JournalCommandsIT {
  private static final int COUNT = 12_000;
  private static final long PATIENCE_S = 60;

  @TempDir private Path folder;

  private record Answer(int exitCode, String text) {
    List<String> lines() {
      return text.lines().toList();
    }
  }

  @Test
  void shouldPrintVerifyAndRepair() throws Exception {
    final Path config = folder.resolve("small.conf");
    Files.writeString(
        config, "max_payload: 64KB\nstorage { segment_size: 1MB, checkpoint_size: 1MB }\n");
    final Path data;
    try (ApplianceProcess appliance =
        ApplianceProcess.start(folder.resolve("a"), "--config", config.toString())) {
      publish(appliance);
      data = appliance.data();
      assertPrints(data);
      assertEquals(0, appliance.stop(), appliance::log);
    }
    final Answer good = journal("verify", data);
    assertEquals(0, good.exitCode(), good::text);
    assertTrue(good.text().contains("no damage"), good::text);
    assertFalse(good.text().contains("\r"), "no progress bar in a pipe");
    damage(data);
    final Answer bad = journal("verify", data);
    assertEquals(1, bad.exitCode(), bad::text);
    assertTrue(bad.text().contains("DAMAGE segment="), bad::text);
    final Answer dumped = journal("dump", data, "--limit", "1");
    assertEquals(1, dumped.exitCode(), "damage is told, whatever is printed");
    assertTrue(dumped.text().contains("DAMAGE segment="), dumped::text);
    final Answer shown = atTerminal("verify", data);
    assertTrue(shown.text().contains("\r[####"), shown::text);
    assertTrue(shown.text().contains("100 %"), shown::text);
    final Answer repaired = journal("repair", data);
    assertEquals(0, repaired.exitCode(), repaired::text);
    assertTrue(repaired.text().contains("REPAIRED segment="), repaired::text);
    assertTrue(repaired.text().contains("1 damaged ranges repaired, 0 left"), repaired::text);
    assertEquals(0, journal("verify", data).exitCode());
    try (var kept = Files.list(data.resolve("quarantine"))) {
      assertEquals(1, kept.count());
    }
  }

  private void assertPrints(final Path data) throws Exception {
    final Answer three = journal("dump", data, "--subject", "log.1", "--limit", "3", "--payload");
    assertEquals(0, three.exitCode(), three::text);
    final List<String> lines = three.lines();
    assertEquals(6, lines.size(), three::text);
    assertTrue(
        lines.getFirst().matches("\\d+ 20\\S+Z MESSAGE \\d+:2 \\d+ log\\.1"), lines.getFirst());
    assertTrue(lines.get(1).startsWith("  1:a record of the log "), lines.get(1));
    final long sequence = Long.parseLong(lines.getFirst().split(" ")[0]);
    final Answer from =
        journal("dump", data, "--from", Long.toString(sequence + 1), "--limit", "1");
    assertTrue(from.lines().getFirst().startsWith(sequence + 1 + " "), from::text);
    final Answer none = journal("dump", data, "--subject", "nothing.>");
    assertEquals("", none.text());
    assertTrue(journal("dump", folder.resolve("absent")).exitCode() != 0);
  }

  private static void publish(final ApplianceProcess appliance) throws Exception {
    try (Connection client = Nats.connect(appliance.natsUrl())) {
      client
          .jetStreamManagement()
          .addStream(StreamConfiguration.builder().name("LOG").subjects("log.>").build());
      final List<CompletableFuture<PublishAck>> answers = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        final String text = i + ":" + "a record of the log ".repeat(8);
        answers.add(
            client
                .jetStream()
                .publishAsync("log." + i % 3, text.getBytes(StandardCharsets.US_ASCII)));
        if (answers.size() == 500) {
          for (final CompletableFuture<PublishAck> answer : answers) {
            answer.get(PATIENCE_S, TimeUnit.SECONDS);
          }
          answers.clear();
        }
      }
    }
  }

  private static void damage(final Path data) throws Exception {
    final Path sealed =
        SegmentFiles.list(SegmentFiles.journalDirectory(data)).values().stream()
            .filter(SegmentFiles::isSealed)
            .findFirst()
            .orElseThrow();
    try (FileChannel channel = FileChannel.open(sealed, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {0x5A, 0x5A, 0x5A, 0x5A}), 500_000);
    }
  }

  private Answer journal(final String command, final Path data, final String... options)
      throws Exception {
    final List<String> line = ApplianceProcess.program();
    line.addAll(List.of("journal", command, data.toString()));
    line.addAll(List.of(options));
    return run(line);
  }

  /** The same with a terminal on all three sides. */
  private Answer atTerminal(final String command, final Path data) throws Exception {
    final List<String> line = ApplianceProcess.program();
    line.addAll(List.of("journal", command, data.toString()));
    return run(List.of("script", "-qec", String.join(" ", line), "/dev/null"));
  }

  private Answer run(final List<String> line) throws Exception {
    final Path output = folder.resolve("output");
    final Process process =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS));
    return new Answer(process.exitValue(), Files.readString(output));
  }
}
