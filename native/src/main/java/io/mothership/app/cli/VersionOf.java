package io.mothership.app.cli;

import io.mothership.app.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mothership version}. */
@Command(
    name = "version",
    mixinStandardHelpOptions = true,
    description = "Prints which build this is and what it runs on.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership version                  mothership 0.1.0 and the run-time",
      "  mothership version --short          0.1.0"
    })
final class VersionOf implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--short", description = "Only the number.")
  private boolean isShort;

  @Override
  public Integer call() {
    final var out = spec.commandLine().getOut();
    if (isShort) {
      out.println(Version.text());
    } else {
      out.println("mothership " + Version.text());
      out.println(
          System.getProperty("java.vm.name")
              + " "
              + System.getProperty("java.vm.version")
              + ", "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch"));
    }
    out.flush();
    return ExitCode.OK;
  }
}
