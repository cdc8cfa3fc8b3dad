package io.mothership.app.distribution;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion for zsh: one function per command, after the manner of its {@code _arguments}. */
final class ZshCompletion {
  private final StringBuilder script = new StringBuilder();

  String text(final CommandLine root) {
    script.append("#compdef ").append(root.getCommandName()).append("\n");
    function(root);
    script.append('\n').append(name(root)).append(" \"$@\"\n");
    return script.toString();
  }

  private void function(final CommandLine command) {
    final Collection<CommandLine> below = Distribution.below(command);
    below.forEach(this::function);
    final List<String> lines = new ArrayList<>();
    for (final OptionSpec option : command.getCommandSpec().options()) {
      if (!option.hidden()) {
        lines.addAll(option(option));
      }
    }
    if (below.isEmpty()) {
      for (final PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
        lines.add(quoted((parameter.arity().max() > 1 ? "*" : "") + value(parameter)));
      }
    } else {
      lines.add(quoted("1:command:((" + commands(below) + "))"));
      lines.add(quoted("*::argument:->rest"));
    }
    script.append('\n').append(name(command)).append("() {\n");
    if (!below.isEmpty()) {
      script.append("  local curcontext=$curcontext state line\n");
    }
    script.append("  _arguments -C");
    lines.forEach(line -> script.append(" \\\n    ").append(line));
    script.append('\n');
    if (!below.isEmpty()) {
      script.append("  case $state:$line[1] in\n");
      for (final CommandLine each : below) {
        script
            .append("  rest:")
            .append(each.getCommandName())
            .append(") ")
            .append(name(each))
            .append(" ;;\n");
      }
      script.append("  esac\n");
    }
    script.append("}\n");
  }

  private static List<String> option(final OptionSpec option) {
    final List<String> names = List.of(option.names());
    final String others = option.isMultiValue() ? "*" : "(" + String.join(" ", names) + ")";
    final String text = "[" + words(Distribution.summary(option.description())) + "]";
    final String value = ManPage.takesValue(option) ? value(option) : "";
    return names.stream().map(name -> quoted(others + name + text + value)).toList();
  }

  private static String value(final ArgSpec argument) {
    final String label = argument.paramLabel();
    final String action =
        label.equals("DIR") ? "_files -/" : label.contains("FILE") ? "_files" : " ";
    return ":" + words(label) + ":" + action;
  }

  private static String commands(final Collection<CommandLine> commands) {
    return commands.stream()
        .map(
            each ->
                each.getCommandName()
                    + "\\:\""
                    + words(
                            Distribution.summary(
                                each.getCommandSpec().usageMessage().description()))
                        .replace("\"", "")
                    + '"')
        .collect(Collectors.joining(" "));
  }

  private static String name(final CommandLine command) {
    return "_" + command.getCommandSpec().qualifiedName("_").replace('-', '_');
  }

  /** Without what has a meaning in a specification of {@code _arguments}. */
  private static String words(final String text) {
    return text.replace("[", "(").replace("]", ")").replace(":", "\\:").replace("`", "");
  }

  private static String quoted(final String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
