package io.mothership.app.cli;

import io.mothership.app.Version;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
    name = "mothership",
    versionProvider = Mothership.VersionText.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Edge command and control for fleets of drones, robots, sensors and telescopes.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it worked",
      "1:it was tried and failed",
      "2:the command line cannot be understood",
      "78:the configuration is wrong; nothing was started"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership demo                     an appliance with simulated vehicles, on free ports",
      "  mothership serve -c nats.conf       the appliance",
      "  mothership broker -p 4222 -js       a NATS server",
      "  mothership doctor                   what is wrong here, and what to do about it",
      "  mothership COMMAND --help           more on a command"
    },
    subcommands = {
      Serve.class,
      Broker.class,
      Demo.class,
      AlienCommands.class,
      ConfigCommands.class,
      JournalCommands.class,
      BackupCommand.class,
      RestoreCommand.class,
      DoctorCommand.class,
      Publish.class,
      Subscribe.class,
      Request.class,
      VersionOf.class
    })
public final class Mothership implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs what the arguments ask for and returns the exit code. */
  public static int execute(final String... arguments) {
    final Optional<CommandLine> command =
        arguments.length == 0 ? Optional.empty() : command(arguments[0]);
    return command.isPresent()
        ? command.get().execute(Arrays.copyOfRange(arguments, 1, arguments.length))
        : commandLine().execute(arguments);
  }

  /** The command line with all its commands. */
  public static CommandLine commandLine() {
    return withOurWays(new CommandLine(new Mothership()));
  }

  /**
   * One command of it, as if it had been reached from the root. Picocli makes the model of every
   * command that the root has, by reflection, which is a good part of the time that a start takes.
   */
  static Optional<CommandLine> command(final String name) {
    for (final Class<?> type : Mothership.class.getAnnotation(Command.class).subcommands()) {
      if (type.getAnnotation(Command.class).name().equals(name)) {
        final CommandLine command = withOurWays(new CommandLine(type));
        command.getCommandSpec().name("mothership " + name);
        return Optional.of(command);
      }
    }
    return Optional.empty();
  }

  private static CommandLine withOurWays(final CommandLine command) {
    return command
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(Failures::report);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** The version as picocli wants it. */
  static final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"mothership " + Version.text()};
    }
  }
}
