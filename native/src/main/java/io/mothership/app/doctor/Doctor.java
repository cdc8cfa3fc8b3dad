package io.mothership.app.doctor;

import io.mothership.app.host.HostCommands;
import io.mothership.app.host.HostFiles;
import io.mothership.clock.Clock;
import io.mothership.config.MothershipConfig;
import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All checks, one after the other. */
public final class Doctor {
  private static final List<Check> CHECKS =
      List.of(
          new FolderCheck(),
          new DiskCheck(),
          new SpaceCheck(),
          new JournalCheck(),
          new DatabaseCheck(),
          new ClockCheck(),
          new PortsCheck(),
          new SecretsCheck(),
          new SecretFilesCheck(),
          new FilesLimitCheck(),
          new MemoryCheck(),
          new ProcessorCheck(),
          new PageSizeCheck());

  private final Examination examination;

  Doctor(final Examination examination) {
    this.examination = examination;
  }

  /**
   * Looks at this machine.
   *
   * @param configFile the file that {@code config} was read from
   * @param isDeep whether every record of the journal is read, or the newest 256 MiB
   */
  public static Doctor of(
      final MothershipConfig config, final Optional<Path> configFile, final boolean isDeep) {
    return new Doctor(
        new Examination(
            config,
            configFile,
            HostFiles.system(),
            HostCommands.system(),
            FileFacade.system(),
            Clock.system(),
            isDeep));
  }

  /** The folder that is looked at. */
  public Path folder() {
    return examination.folder();
  }

  /** Everything that was looked at, in order. */
  public List<Finding> findings() {
    final List<Finding> findings = new ArrayList<>();
    for (final Check check : CHECKS) {
      try {
        findings.addAll(check.findings(examination));
      } catch (final IOException | RuntimeException e) {
        findings.add(
            Finding.fail(
                check.name(),
                "could not be looked at: " + e.getMessage(),
                "Run this as the appliance's user, and report it if that does not help."));
      }
    }
    return findings;
  }
}
