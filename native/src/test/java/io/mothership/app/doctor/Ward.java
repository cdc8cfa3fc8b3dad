package io.mothership.app.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.app.doctor.Finding.Level;
import io.mothership.app.host.HostCommands;
import io.mothership.app.host.HostFiles;
import io.mothership.clock.Clock;
import io.mothership.clock.ManualClock;
import io.mothership.config.ConfigKey;
import io.mothership.config.MothershipConfig;
import io.mothership.config.StorageKeys;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A machine made of files, and an appliance's configuration on it. */
final class Ward {
  static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  private final Path root;
  private final Path data;
  private final Map<ConfigKey, String> settings = new HashMap<>();
  private Optional<Path> configFile = Optional.empty();
  private FileFacade files = FileFacade.system();
  private HostCommands commands = command -> Optional.empty();
  private Clock clock = new ManualClock(NOW.getEpochSecond() * 1_000_000_000L);
  private boolean isDeep;

  Ward(final Path folder) {
    root = folder.resolve("root");
    data = folder.resolve("data");
    settings.put(StorageKeys.DATA_DIR, data.toString());
  }

  Path data() {
    return data;
  }

  Ward file(final String path, final String text) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), text);
    return this;
  }

  Ward file(final String path, final byte[] bytes) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.write(root.resolve(path), bytes);
    return this;
  }

  Ward set(final ConfigKey key, final String text) {
    settings.put(key, text);
    return this;
  }

  Ward configFile(final Path path) {
    configFile = Optional.of(path);
    return this;
  }

  Ward files(final FileFacade newFiles) {
    files = newFiles;
    return this;
  }

  Ward commands(final HostCommands newCommands) {
    commands = newCommands;
    return this;
  }

  Ward clock(final Clock newClock) {
    clock = newClock;
    return this;
  }

  Ward deep() {
    isDeep = true;
    return this;
  }

  HostFiles host() {
    return new HostFiles(root);
  }

  List<Finding> findings(final Check check) throws IOException {
    final MothershipConfig config =
        MothershipConfig.load(
            new MothershipConfig.Inputs(configFile, Map.of(), Optional.empty(), settings));
    return check.findings(
        new Examination(config, configFile, host(), commands, files, clock, isDeep));
  }

  /** Insists on a finding of a level whose text has a word in it, with a remedy unless it is OK. */
  void expect(final Check check, final Level level, final String word) throws IOException {
    final List<Finding> findings = findings(check);
    assertTrue(
        findings.stream().anyMatch(each -> each.level() == level && each.measured().contains(word)),
        () -> level + " " + word + " is not in " + findings);
    for (final Finding finding : findings) {
      assertEquals(check.name(), finding.check());
      assertEquals(finding.level() == Level.OK, finding.remedy().isEmpty(), finding::toString);
    }
  }
}
