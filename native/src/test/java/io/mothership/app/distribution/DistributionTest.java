package io.mothership.app.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.app.cli.Mothership;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DistributionTest {
  @TempDir private Path folder;

  @Test
  void shouldDescribeEveryCommandAndOption() throws IOException {
    Distribution.write(folder);
    final String zsh = Files.readString(folder.resolve("completions/mothership.zsh"));
    final String fish = Files.readString(folder.resolve("completions/mothership.fish"));
    final String bash = Files.readString(folder.resolve("completions/mothership.bash"));
    for (final CommandLine command : Distribution.all(Mothership.commandLine()).toList()) {
      final String name = ManPage.name(command);
      final String page = page(name);
      assertTrue(page.contains(".SH NAME\n" + name.replace("-", "\\-") + " \\- "), page);
      assertTrue(page.contains(".SH EXAMPLES\n"), page);
      assertFalse(page.contains("%n"), page);
      for (final var option : command.getCommandSpec().options()) {
        final String longest = option.longestName();
        assertTrue(page.contains("\\fB" + longest.replace("-", "\\-") + "\\fR"), longest);
        assertTrue(zsh.contains(")" + longest + "[") || zsh.contains("*" + longest + "["), longest);
        assertTrue(fish.contains(' ' + longest.replaceFirst("^--?", "") + ' '), longest);
        assertTrue(bash.contains(longest), longest);
      }
    }
    assertFalse(Files.exists(folder.resolve("man/mothership-config-reference.1.gz")));
  }

  @Test
  void shouldNotTakeALineOfTextForAMacro() {
    final CommandLine command = new CommandLine(CommandLine.Model.CommandSpec.create().name("x"));
    command.getCommandSpec().usageMessage().description(".hidden 'file' a\\b");
    final String page = ManPage.text(command);
    assertTrue(page.contains("\n\\&.hidden 'file' a\\eb\n"), page);
    assertEquals(1, page.split("\n\\.SH DESCRIPTION\n", -1).length - 1);
  }

  @Test
  void shouldSayThatManualPagesAreAsSmallAsItGoes() throws IOException {
    Distribution.write(folder);
    final byte[] header = Files.readAllBytes(folder.resolve("man/mothership.1.gz"));
    assertEquals(2, header[8], "XFL of RFC 1952");
    assertEquals(0, header[4] | header[5] | header[6] | header[7], "time");
  }

  private String page(final String name) throws IOException {
    final Path file = folder.resolve("man").resolve(name + ".1.gz");
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
