package io.mothership.app.cli;

import io.mothership.config.ConfigReference;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mothership config …}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows and checks the configuration.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership config check -c nats.conf    says all that is wrong, exit code 78",
      "  mothership config show                  every value in force and where it came from"
    })
final class ConfigCommands implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Reads the configuration and says all that is wrong with it.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership config check -c nats.conf",
        "  mothership config check --set max_payload=2MB"
      })
  int check(@Mixin final ConfigOptions options) {
    options.load();
    out().println("the configuration is right");
    out().flush();
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Prints every value in force with its source; secrets are masked.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership config show",
        "  mothership config show -c nats.conf | grep -v default"
      })
  int show(@Mixin final ConfigOptions options) {
    options.load().lines().forEach(out()::println);
    out().flush();
    return ExitCode.OK;
  }

  @Command(
      name = "reference",
      hidden = true,
      description = "Prints docs/reference/configuration.md.")
  int reference() {
    out().print(ConfigReference.markdown());
    out().flush();
    return ExitCode.OK;
  }

  @Command(name = "cli-reference", hidden = true, description = "Prints docs/reference/cli.md.")
  int cliReference() {
    out().print(CliReference.markdown());
    out().flush();
    return ExitCode.OK;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
