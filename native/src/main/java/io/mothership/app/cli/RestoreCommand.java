package io.mothership.app.cli;

import io.mothership.app.Logging;
import io.mothership.storage.backup.Backup;
import io.mothership.storage.backup.Restore;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership restore}. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Puts a backup into a folder that is empty or not there, every byte checked. If one is not as"
          + " it was, nothing is left and the exit code is 1.",
      "Never start it beside the appliance it was taken from: both would think they are the one."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership restore /mnt/backup --list                       which there are",
      "  mothership restore /mnt/backup --to /var/lib/mothership     the newest",
      "  mothership restore /mnt/backup --to data --backup 20260314T090000.000Z"
    })
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "TARGET", description = "The folder of backups.")
  private Path source;

  @Option(names = "--to", paramLabel = "DIR", description = "The data folder to be made.")
  private Path folder;

  @Option(names = "--backup", paramLabel = "NAME", description = "Which one. Default: the newest.")
  private String name;

  @Option(names = "--list", description = "Only prints the names, newest first.")
  private boolean isList;

  @Override
  public Integer call() {
    Logging.start("warn", Optional.empty());
    final PrintWriter out = spec.commandLine().getOut();
    if (isList) {
      Restore.names(source).forEach(out::println);
      out.flush();
      return ExitCode.OK;
    }
    if (folder == null) {
      throw new ParameterException(spec.commandLine(), "--to DIR or --list is missing");
    }
    final Backup.Summary restored;
    try (ProgressBar bar = new ProgressBar(out)) {
      restored = Restore.run(source, folder, Optional.ofNullable(name), bar::onProgress);
    }
    out.println("restored: " + restored.name());
    out.println("files:    " + restored.files() + ", " + restored.bytes() + " bytes, all checked");
    out.flush();
    return ExitCode.OK;
  }
}
