package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.app.host.HostCommands;
import io.mothership.app.host.HostFiles;
import io.mothership.clock.Clock;
import io.mothership.config.MothershipConfig;
import io.mothership.error.MothershipException;
import io.mothership.storage.journal.DirectoryLock;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the checks look at: a configuration, its folder, and the machine. */
final class Examination {
  private static final int SURVEYS_MAX = 3;

  private final MothershipConfig config;
  private final Optional<Path> configFile;
  private final HostFiles host;
  private final HostCommands commands;
  private final FileFacade files;
  private final Clock clock;
  private final boolean isDeep;
  private final Optional<String> owner;
  private JournalSurvey survey;

  /**
   * @param configFile the file that {@code config} was read from
   * @param isDeep whether every record of the journal is to be read
   */
  Examination(
      final MothershipConfig config,
      final Optional<Path> configFile,
      final HostFiles host,
      final HostCommands commands,
      final FileFacade files,
      final Clock clock,
      final boolean isDeep) {
    this.config = config;
    this.configFile = configFile;
    this.host = host;
    this.commands = commands;
    this.files = files;
    this.clock = clock;
    this.isDeep = isDeep;
    this.owner = findOwner();
  }

  private Optional<String> findOwner() {
    try {
      return DirectoryLock.owner(folder());
    } catch (final IOException e) {
      // The check of the folder says what may not be opened.
      return Optional.empty();
    }
  }

  MothershipConfig config() {
    return config;
  }

  Optional<Path> configFile() {
    return configFile;
  }

  HostFiles host() {
    return host;
  }

  HostCommands commands() {
    return commands;
  }

  FileFacade files() {
    return files;
  }

  Clock clock() {
    return clock;
  }

  /** The folder of journal and lock. */
  Path folder() {
    return SpineOptions.storeFolder(config).toAbsolutePath().normalize();
  }

  /** The folder, or what is there of the way to it. */
  Path existingFolder() {
    Path folder = folder();
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder;
  }

  /** The process that has the folder locked: a running appliance. */
  Optional<String> owner() {
    return owner;
  }

  /** {@code /proc} folder of the running appliance, or of this process if none runs. */
  String process() {
    return "proc/" + owner.filter(pid -> host.exists("proc/" + pid)).orElse("self");
  }

  /** What the journal says, read once. */
  JournalSurvey survey() throws IOException {
    final long bytesMax = isDeep ? Long.MAX_VALUE : JournalSurvey.QUICK_BYTES_MAX;
    for (int tries = 1; survey == null; tries++) {
      try {
        survey = JournalSurvey.of(folder(), bytesMax);
      } catch (final IOException | MothershipException e) {
        // A running appliance may have taken away a segment that was about to be read.
        if (owner.isEmpty() || tries == SURVEYS_MAX) {
          throw e;
        }
      }
    }
    return survey;
  }
}
