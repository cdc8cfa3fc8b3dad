package io.mothership.app.cli;

import io.mothership.app.Logging;
import io.mothership.journal.FrameView;
import io.mothership.journal.codec.RecordType;
import io.mothership.storage.recovery.JournalVerification;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership journal …}. */
@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Looks into a journal.",
    footerHeading = "%nExamples:%n",
    footer = "  mothership journal verify data        reads every record; exit code 1 if damaged")
final class JournalCommands implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Reads every record of a journal and checks its CRC, sequence and bounds. Changes"
              + " nothing; the appliance may be running.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership journal verify             the journal in ./data",
        "  mothership journal verify /var/lib/mothership"
      })
  int verify(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              defaultValue = "data",
              description = "The data folder. Default: ${DEFAULT-VALUE}.")
          final Path folder) {
    Logging.start("warn", Optional.empty());
    final PrintWriter out = spec.commandLine().getOut();
    final Map<RecordType, Long> counts = new EnumMap<>(RecordType.class);
    final JournalVerification found =
        JournalVerification.of(folder, (frame, location) -> count(counts, frame));
    out.println("segments:        " + found.segments());
    out.println("records:         " + found.frames());
    counts.forEach((type, count) -> out.printf("  %-14s %d%n", type, count));
    out.println("last sequence:   " + found.lastSequence());
    out.println("last stop:       " + (found.isClean() ? "clean" : "unclean, or still running"));
    out.println("unfinished:      " + found.unfinishedBytes() + " bytes");
    out.println(
        "checkpoints:     " + found.checkpoints() + ", damaged " + found.damagedCheckpoints());
    found.damage().forEach(damage -> out.println("DAMAGE " + damage));
    out.println(found.damage().isEmpty() ? "no damage" : found.damage().size() + " damaged ranges");
    out.flush();
    return found.isGood() ? ExitCode.OK : ExitCode.FAILURE;
  }

  private static void count(final Map<RecordType, Long> counts, final FrameView frame) {
    counts.merge(frame.recordType(), 1L, Long::sum);
  }
}
