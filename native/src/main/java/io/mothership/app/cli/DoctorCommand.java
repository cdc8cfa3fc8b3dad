package io.mothership.app.cli;

import io.mothership.app.Logging;
import io.mothership.app.doctor.Doctor;
import io.mothership.app.doctor.Finding;
import io.mothership.app.doctor.Finding.Level;
import io.mothership.config.MothershipConfig;
import io.mothership.json.JsonText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mothership doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at the machine, the configuration and the data folder, and says what is not right and"
          + " what to do about it. Exit code 1 if something has to be mended.",
      "Give it the options you give to serve; the appliance may be running."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership doctor                                   what is in ./data, default ports",
      "  mothership doctor -c /etc/mothership/nats.conf      run it as the appliance's user",
      "  mothership doctor -d /var/lib/mothership --deep     reads every record of the journal",
      "  mothership doctor --json | jq '.findings[] | select(.level != \"OK\")'"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int CHECK_WIDTH = 13;

  @Spec private CommandSpec spec;

  @Mixin private ConfigOptions options;

  @Option(names = "--deep", description = "Reads the whole journal; otherwise the newest 256 MiB.")
  private boolean isDeep;

  @Option(names = "--json", description = "For machines.")
  private boolean isJson;

  @Override
  public Integer call() {
    final MothershipConfig config = options.load();
    Logging.start("error", Optional.empty());
    final Doctor doctor = Doctor.of(config, options.file(), isDeep);
    final List<Finding> findings = doctor.findings();
    final PrintWriter out = spec.commandLine().getOut();
    if (isJson) {
      out.println(json(doctor, findings));
    } else {
      print(out, doctor, findings);
    }
    out.flush();
    return count(findings, Level.FAIL) == 0 ? ExitCode.OK : ExitCode.FAILURE;
  }

  private static long count(final List<Finding> findings, final Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  private void print(final PrintWriter out, final Doctor doctor, final List<Finding> findings) {
    final Ansi ansi = spec.commandLine().getColorScheme().ansi();
    out.println(
        "data folder "
            + doctor.folder()
            + options.file().map(file -> ", configuration " + file).orElse(""));
    out.println();
    String previous = "";
    for (final Finding finding : findings) {
      final String check = finding.check().equals(previous) ? "" : finding.check();
      previous = finding.check();
      out.println(
          mark(ansi, finding.level())
              + " "
              + check
              + " ".repeat(CHECK_WIDTH - check.length())
              + finding.measured());
      if (!finding.remedy().isEmpty()) {
        out.println(" ".repeat(CHECK_WIDTH + 5) + "→ " + finding.remedy());
      }
    }
    out.println();
    out.println(
        "%d right, %d to look at, %d to mend"
            .formatted(
                count(findings, Level.OK),
                count(findings, Level.WARN),
                count(findings, Level.FAIL)));
  }

  private static String mark(final Ansi ansi, final Level level) {
    return switch (level) {
      case OK -> ansi.string("@|green OK|@  ");
      case WARN -> ansi.string("@|bold,yellow WARN|@");
      case FAIL -> ansi.string("@|bold,red FAIL|@");
    };
  }

  private static String json(final Doctor doctor, final List<Finding> findings) {
    final JsonText json =
        new JsonText()
            .object()
            .member("data_folder", doctor.folder().toString())
            .member("ok", count(findings, Level.OK))
            .member("warn", count(findings, Level.WARN))
            .member("fail", count(findings, Level.FAIL))
            .array("findings");
    for (final Finding finding : findings) {
      json.object()
          .member("check", finding.check())
          .member("level", finding.level().name())
          .member("measured", finding.measured())
          .member("remedy", finding.remedy())
          .end();
    }
    return new String(json.endArray().end().bytes(), StandardCharsets.UTF_8);
  }
}
