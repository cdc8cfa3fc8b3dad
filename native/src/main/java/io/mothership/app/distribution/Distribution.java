package io.mothership.app.distribution;

import io.mothership.app.cli.Mothership;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes the generated files of the packages into a folder. */
public final class Distribution {
  private Distribution() {}

  /**
   * @param arguments the folder, which gets {@code man/} and {@code completions/}
   */
  public static void main(final String[] arguments) throws IOException {
    write(Path.of(arguments[0]));
  }

  static void write(final Path folder) throws IOException {
    final CommandLine root = Mothership.commandLine();
    final Path man = Files.createDirectories(folder.resolve("man"));
    for (final CommandLine command : all(root).toList()) {
      compress(ManPage.text(command), man.resolve(ManPage.name(command) + ".1.gz"));
    }
    final Path completions = Files.createDirectories(folder.resolve("completions"));
    final String name = root.getCommandName();
    Files.writeString(completions.resolve(name + ".bash"), AutoComplete.bash(name, root));
    Files.writeString(completions.resolve(name + ".zsh"), new ZshCompletion().text(root));
    Files.writeString(completions.resolve(name + ".fish"), new FishCompletion().text(root));
  }

  /**
   * As packages have to have their manual pages; without a time, so that equal builds are equal.
   */
  private static void compress(final String text, final Path file) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The command and all below it that are not hidden. */
  static Stream<CommandLine> all(final CommandLine command) {
    return Stream.concat(Stream.of(command), below(command).stream().flatMap(Distribution::all));
  }

  /** The commands directly below that are not hidden. */
  static Collection<CommandLine> below(final CommandLine command) {
    return command.getSubcommands().values().stream()
        .distinct()
        .filter(each -> !each.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  /** Texts of a command's or option's description in one line, as far as the first full stop. */
  static String summary(final String[] description) {
    final String text = line(description);
    final int stop = text.indexOf(". ");
    final String first = stop < 0 ? text : text.substring(0, stop);
    return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
  }

  /** Texts in one line; picocli takes them as formats. */
  static String line(final String[] texts) {
    return String.join(" ", List.of(texts)).formatted().replaceAll("\\s+", " ").strip();
  }
}
