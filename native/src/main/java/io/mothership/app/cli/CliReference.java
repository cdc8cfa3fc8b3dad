package io.mothership.app.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The reference page of the command line, made from the commands themselves. */
final class CliReference {
  private static final int WIDTH = 100;

  private CliReference() {}

  /** {@code docs/reference/cli.md}. */
  static String markdown() {
    final StringBuilder page = new StringBuilder();
    page.append(
        """
        # Command line

        Made from the commands by `mothership config cli-reference`; a test keeps it current.
        """);
    append(page, Mothership.commandLine());
    return page.toString();
  }

  private static void append(final StringBuilder page, final CommandLine command) {
    command.setUsageHelpAutoWidth(false).setUsageHelpWidth(WIDTH);
    page.append("\n## ")
        .append(command.getCommandSpec().qualifiedName())
        .append("\n\n```\n")
        .append(command.getUsageMessage(Ansi.OFF).stripTrailing().replaceAll(" +\n", "\n"))
        .append("\n```\n");
    command.getSubcommands().values().stream()
        .filter(each -> !each.getCommandSpec().usageMessage().hidden())
        .forEach(each -> append(page, each));
  }
}
