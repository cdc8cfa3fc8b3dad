package io.mothership.app.cli;

import io.mothership.app.Logging;
import io.mothership.storage.backup.Backup;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership backup}. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Copies a data folder into a folder of backups; the appliance may be running. Files that the"
          + " last backup has are not copied again.",
      "Everything that was acknowledged before it began is in it, but for records in PostgreSQL:"
          + " dump those first, with pg_dump."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership backup --to /mnt/usb/mothership                  the data in ./data",
      "  mothership backup /var/lib/mothership --to /mnt/backup      keeps the newest 7",
      "  mothership backup /var/lib/mothership --to /mnt/backup --keep 30"
    })
final class BackupCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "DIR",
      arity = "0..1",
      defaultValue = "data",
      description = "The data folder. Default: ${DEFAULT-VALUE}.")
  private Path folder;

  @Option(
      names = "--to",
      paramLabel = "TARGET",
      required = true,
      description = "The folder of backups; made if it is not there.")
  private Path target;

  @Option(
      names = "--database",
      paramLabel = "FILE",
      description = "The registry, if it is not mothership.db in the data folder.")
  private Path database;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "7",
      description = "How many backups stay, this one included. Default: ${DEFAULT-VALUE}.")
  private int kept;

  @Override
  public Integer call() {
    Logging.start("warn", Optional.empty());
    if (kept < 1) {
      throw new ParameterException(spec.commandLine(), "--keep must be at least 1: " + kept);
    }
    final PrintWriter out = spec.commandLine().getOut();
    final Path registry = database == null ? folder.resolve("mothership.db") : database;
    final Backup.Summary made;
    try (ProgressBar bar = new ProgressBar(out)) {
      made = Backup.run(folder, registry, target, kept, bar::onProgress);
    }
    out.println("backup:  " + made.name());
    if (!Files.exists(registry)) {
      out.println(
          "registry: not in it, as "
              + registry
              + " is not there; records in PostgreSQL are for pg_dump, before this command");
    }
    out.println("files:   " + made.files() + ", " + made.bytes() + " bytes");
    out.println("copied:  " + made.copiedBytes() + " bytes; the target had the others");
    out.flush();
    return ExitCode.OK;
  }
}
