package io.mothership.app.distribution;

import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish: one {@code complete} per command and option. */
final class FishCompletion {
  private final StringBuilder script = new StringBuilder();

  String text(final CommandLine root) {
    script.append("complete -c ").append(root.getCommandName()).append(" -f\n");
    command(root, "");
    return script.toString();
  }

  /**
   * @param seen the condition that this command's name stands on the line
   */
  private void command(final CommandLine command, final String seen) {
    final String below =
        Distribution.below(command).stream()
            .map(CommandLine::getCommandName)
            .collect(Collectors.joining(" "));
    final String here =
        below.isEmpty()
            ? seen
            : (seen.isEmpty() ? "" : seen + "; and ") + "not __fish_seen_subcommand_from " + below;
    for (final OptionSpec option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        begin(command, here);
        option(option);
      }
    }
    for (final CommandLine each : Distribution.below(command)) {
      begin(command, here);
      script.append(" -a ").append(each.getCommandName());
      text(each.getCommandSpec().usageMessage().description());
    }
    for (final CommandLine each : Distribution.below(command)) {
      command(
          each,
          (seen.isEmpty() ? "" : seen + "; and ")
              + "__fish_seen_subcommand_from "
              + each.getCommandName());
    }
  }

  private void begin(final CommandLine command, final String condition) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    script.append("complete -c ").append(root.getCommandName());
    script.append(" -n '").append(condition).append('\'');
  }

  private void option(final OptionSpec option) {
    for (final String name : option.names()) {
      final String bare = name.replaceFirst("^--?", "");
      final String kind = name.startsWith("--") ? "l" : bare.length() == 1 ? "s" : "o";
      script.append(" -").append(kind).append(' ').append(bare);
    }
    if (ManPage.takesValue(option)) {
      final String label = option.paramLabel();
      script.append(label.contains("FILE") || label.equals("DIR") ? " -rF" : " -x");
    }
    text(option.description());
  }

  private void text(final String[] description) {
    script
        .append(" -d '")
        .append(Distribution.summary(description).replace("\\", "\\\\").replace("'", "\\'"))
        .append("'\n");
  }
}
