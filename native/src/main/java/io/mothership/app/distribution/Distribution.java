package io.mothership.app.distribution;

import io.mothership.app.cli.Mothership;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes the generated files of the packages into a folder. */
public final class Distribution {
  private static final int GZIP_XFL_OFFSET = 8;
  private static final byte GZIP_XFL_SMALLEST = 2;

  private Distribution() {}

  /**
   * @param arguments the folder, which gets {@code man/}, {@code completions/} and {@code
   *     changelog.gz}; the project's {@code CHANGELOG.md}; of the packages version, maintainer
   *     ({@code Name <address>}) and time (ISO 8601, UTC)
   */
  public static void main(final String[] arguments) throws IOException {
    final Path folder = Path.of(arguments[0]);
    write(folder);
    final DebianChangelog changelog =
        new DebianChangelog(arguments[2], arguments[3], Instant.parse(arguments[4]));
    compress(
        changelog.text(Files.readString(Path.of(arguments[1]))), folder.resolve("changelog.gz"));
  }

  static void write(final Path folder) throws IOException {
    final CommandLine root = Mothership.commandLine();
    final Path man = Files.createDirectories(folder.resolve("man"));
    for (final CommandLine command : all(root).toList()) {
      compress(ManPage.text(command), man.resolve(ManPage.name(command) + ".1.gz"));
    }
    final Path completions = Files.createDirectories(folder.resolve("completions"));
    final String name = root.getCommandName();
    // Sourced, never run: the line that names an interpreter is of no use there.
    Files.writeString(
        completions.resolve(name + ".bash"),
        AutoComplete.bash(name, root).replaceFirst("^#!.*\\R", ""));
    Files.writeString(completions.resolve(name + ".zsh"), new ZshCompletion().text(root));
    Files.writeString(completions.resolve(name + ".fish"), new FishCompletion().text(root));
  }

  /**
   * As packages have to have their texts: as small as it goes, saying so in the header (RFC 1952,
   * 2.3.1), which the JDK does not; without a time, so that equal builds are equal.
   */
  private static void compress(final String text, final Path file) throws IOException {
    final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new SmallestGzip(compressed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    final byte[] bytes = compressed.toByteArray();
    bytes[GZIP_XFL_OFFSET] = GZIP_XFL_SMALLEST;
    Files.write(file, bytes);
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

  private static final class SmallestGzip extends GZIPOutputStream {
    SmallestGzip(final OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_COMPRESSION);
    }
  }
}
