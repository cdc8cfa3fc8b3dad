package io.mothership.app.distribution;

import io.mothership.app.Version;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A command's manual page, in the macros of man(7). */
final class ManPage {
  private ManPage() {}

  /** The page's name: {@code mothership-alien-run} for {@code mothership alien run}. */
  static String name(final CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  static String text(final CommandLine command) {
    final CommandSpec spec = command.getCommandSpec();
    final UsageMessageSpec usage = spec.usageMessage();
    final StringBuilder page = new StringBuilder();
    page.append(".TH ")
        .append(escaped(name(command).toUpperCase(Locale.ROOT)))
        .append(" 1 \"\" \"Open Mothership ")
        .append(escaped(Version.text()))
        .append("\"\n.SH NAME\n")
        .append(escaped(name(command)))
        .append(" \\- ")
        .append(escaped(Distribution.summary(usage.description())))
        .append("\n.SH SYNOPSIS\n.B ")
        .append(escaped(spec.qualifiedName()))
        .append('\n');
    synopsis(page, spec);
    page.append(".SH DESCRIPTION\n").append(paragraph(Distribution.line(usage.description())));
    arguments(page, spec);
    commands(page, command);
    if (!usage.exitCodeList().isEmpty()) {
      page.append(".SH EXIT STATUS\n");
      usage.exitCodeList().forEach((code, meaning) -> entry(page, bold(code), meaning));
    }
    if (usage.footer().length != 0) {
      page.append(".SH EXAMPLES\n.nf\n");
      Stream.of(usage.footer()).forEach(line -> page.append(paragraph(line.formatted())));
      page.append(".fi\n");
    }
    seeAlso(page, command);
    return page.toString();
  }

  private static void synopsis(final StringBuilder page, final CommandSpec spec) {
    if (!spec.options().isEmpty()) {
      page.append("[\\fIOPTION\\fR]...\n");
    }
    for (final PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden()) {
        page.append(label(parameter)).append(parameter.arity().max() > 1 ? "...\n" : "\n");
      }
    }
    if (!spec.subcommands().isEmpty()) {
      page.append("\\fICOMMAND\\fR\n");
    }
  }

  private static void arguments(final StringBuilder page, final CommandSpec spec) {
    page.append(".SH OPTIONS\n");
    for (final PositionalParamSpec parameter : spec.positionalParameters()) {
      if (!parameter.hidden()) {
        entry(page, label(parameter), Distribution.line(parameter.description()));
      }
    }
    for (final OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        final String names =
            Arrays.stream(option.names()).map(ManPage::bold).collect(Collectors.joining(", "));
        entry(
            page,
            takesValue(option) ? names + ' ' + label(option) : names,
            Distribution.line(option.description()));
      }
    }
  }

  private static void commands(final StringBuilder page, final CommandLine command) {
    if (!Distribution.below(command).isEmpty()) {
      page.append(".SH COMMANDS\n");
      for (final CommandLine each : Distribution.below(command)) {
        entry(
            page,
            bold(each.getCommandName()),
            Distribution.line(each.getCommandSpec().usageMessage().description()));
      }
    }
  }

  private static void seeAlso(final StringBuilder page, final CommandLine command) {
    final CommandLine parent = command.getParent();
    final List<CommandLine> others =
        Stream.concat(Stream.ofNullable(parent), Distribution.below(command).stream()).toList();
    if (!others.isEmpty()) {
      page.append(".SH SEE ALSO\n")
          .append(
              others.stream()
                  .map(each -> bold(name(each)) + "(1)")
                  .collect(Collectors.joining(",\n")))
          .append('\n');
    }
  }

  static boolean takesValue(final OptionSpec option) {
    return option.arity().max() > 0;
  }

  private static void entry(final StringBuilder page, final String term, final String text) {
    page.append(".TP\n").append(term).append('\n').append(paragraph(text));
  }

  private static String label(final ArgSpec argument) {
    return "\\fI" + escaped(argument.paramLabel()) + "\\fR";
  }

  private static String bold(final String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  /** A line of text; one that begins like a macro must not become one. */
  private static String paragraph(final String text) {
    return (text.startsWith(".") || text.startsWith("'") ? "\\&" : "") + escaped(text) + '\n';
  }

  private static String escaped(final String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
  }
}
