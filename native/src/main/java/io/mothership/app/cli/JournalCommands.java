package io.mothership.app.cli;

import io.mothership.app.Logging;
import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;
import io.mothership.storage.journal.DirectoryLock;
import io.mothership.storage.recovery.AcceptedClock;
import io.mothership.storage.recovery.JournalRepair;
import io.mothership.storage.recovery.JournalVerification;
import io.mothership.storage.recovery.SegmentFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership journal …}. */
@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Looks into a journal, or repairs it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership journal verify data        reads every record; exit code 1 if damaged",
      "  mothership journal dump data          prints every record",
      "  mothership journal repair data        sets damaged segments aside",
      "  mothership journal accept-clock data  after a clock that was ahead"
    })
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
    final JournalVerification found;
    try (ProgressBar bar = new ProgressBar(out)) {
      final long totalBytes = SegmentFiles.totalLength(folder);
      final long[] doneBytes = {0};
      found =
          JournalVerification.of(
              folder,
              (frame, location) -> {
                count(counts, frame);
                doneBytes[0] += frame.length();
                bar.onProgress(doneBytes[0], totalBytes);
              });
      bar.onProgress(totalBytes, totalBytes);
    }
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

  @Command(
      name = "repair",
      mixinStandardHelpOptions = true,
      description = {
        "Puts segments with the good records into the places of damaged ones, which are kept in"
            + " quarantine/ in the data folder. The appliance must be stopped.",
        "What a damaged range held is lost; the rest of its segment is read without it already. It"
            + " has to be repaired only for a journal without findings."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership journal verify data && echo nothing to repair",
        "  mothership journal repair data        exit code 1 if damage is left"
      })
  int repair(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              defaultValue = "data",
              description = "The data folder. Default: ${DEFAULT-VALUE}.")
          final Path folder) {
    Logging.start("warn", Optional.empty());
    final PrintWriter out = spec.commandLine().getOut();
    final JournalRepair.Outcome done;
    try (DirectoryLock lock = DirectoryLock.acquire(folder);
        ProgressBar bar = new ProgressBar(out)) {
      final long totalBytes = SegmentFiles.totalLength(folder);
      final long[] doneBytes = {0};
      done =
          JournalRepair.run(
              folder,
              bytes -> {
                doneBytes[0] += bytes;
                bar.onProgress(doneBytes[0], totalBytes);
              });
    }
    done.repaired().forEach(damage -> out.println("REPAIRED " + damage));
    done.quarantined().forEach(file -> out.println("kept as  " + file));
    done.left().forEach(damage -> out.println("LEFT     " + damage));
    if (!done.left().isEmpty()) {
      out.println(
          "a checkpoint ends there, or it is the last: start, wait for two checkpoints, stop");
    }
    out.println(
        done.repaired().size()
            + " damaged ranges repaired, "
            + done.left().size()
            + " left, "
            + done.framesKept()
            + " records written anew");
    out.flush();
    return done.left().isEmpty() ? ExitCode.OK : ExitCode.FAILURE;
  }

  @Command(
      name = "accept-clock",
      mixinStandardHelpOptions = true,
      description = {
        "Says that the wall clock is right, although the journal's last record is of later: the"
            + " clock was ahead when that was written. The appliance must be stopped.",
        "From the next start on, new records carry the right time, and those that are ahead of it"
            + " count as of that moment: history finds both, and age counts from there."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership doctor                     tells whether the journal is ahead",
        "  mothership journal accept-clock data"
      })
  int acceptClock(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              defaultValue = "data",
              description = "The data folder. Default: ${DEFAULT-VALUE}.")
          final Path folder)
      throws IOException {
    Logging.start("warn", Optional.empty());
    final PrintWriter out = spec.commandLine().getOut();
    try (DirectoryLock lock = DirectoryLock.acquire(folder)) {
      final JournalVerification found = JournalVerification.of(folder, (frame, location) -> {});
      final Instant now = Instant.now();
      final Instant last = Instant.EPOCH.plusNanos(found.lastTimeNs());
      if (last.isAfter(now)) {
        AcceptedClock.declare(folder, found.lastSequence());
        out.println("it is " + now + "; the last record is of " + last);
        out.println("from the next start on, records carry the clock's time");
      } else {
        out.println("nothing to do: the last record, of " + last + ", is not ahead of " + now);
      }
    }
    out.flush();
    return ExitCode.OK;
  }

  @Command(
      name = "dump",
      mixinStandardHelpOptions = true,
      description =
          "Prints a line per record: sequence, time, kind, stream number and sequence, payload"
              + " bytes, subject. Changes nothing; the appliance may be running.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership journal dump data                                everything",
        "  mothership journal dump data --from 1000 --limit 20         twenty records from 1000 on",
        "  mothership journal dump data --subject 'constellation.commands.>' --payload"
      })
  int dump(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              defaultValue = "data",
              description = "The data folder. Default: ${DEFAULT-VALUE}.")
          final Path folder,
      @Option(
              names = "--from",
              paramLabel = "SEQ",
              defaultValue = "0",
              description = "The first journal sequence.")
          final long from,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "9223372036854775807",
              showDefaultValue = CommandLine.Help.Visibility.NEVER,
              description = "Lines at most.")
          final long limit,
      @Option(
              names = "--subject",
              paramLabel = "PATTERN",
              defaultValue = ">",
              description = "Only messages whose subject matches, NATS wildcards allowed.")
          final String pattern,
      @Option(
              names = "--payload",
              description = "The payload too, as text; what is no text is escaped.")
          final boolean hasPayload) {
    Logging.start("warn", Optional.empty());
    final JournalDump dump =
        new JournalDump(spec.commandLine().getOut(), from, limit, pattern, hasPayload);
    final JournalVerification found = JournalVerification.of(folder, dump);
    found.damage().forEach(damage -> spec.commandLine().getErr().println("DAMAGE " + damage));
    spec.commandLine().getErr().flush();
    return found.damage().isEmpty() ? ExitCode.OK : ExitCode.FAILURE;
  }

  private static void count(final Map<RecordType, Long> counts, final FrameView frame) {
    counts.merge(frame.recordType(), 1L, Long::sum);
  }
}
