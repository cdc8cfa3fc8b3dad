package io.mothership.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.ConfigKey;
import io.mothership.config.ConfigTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(final String... arguments) {
    return Mothership.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  private static List<CommandLine> all(final CommandLine root) {
    final List<CommandLine> all = new ArrayList<>(List.of(root));
    root.getSubcommands().values().forEach(each -> all.addAll(all(each)));
    all.removeIf(each -> each.getCommandSpec().usageMessage().hidden());
    return all;
  }

  @Test
  void shouldExplainEachCommandWithExamples() {
    for (final CommandLine command : all(Mothership.commandLine())) {
      final String name = command.getCommandSpec().qualifiedName();
      final String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
      assertTrue(usage.contains("Examples:\n  mothership "), name);
      assertTrue(usage.contains("--help"), name);
    }
  }

  @Test
  void shouldMakeACommandAloneAsUnderTheRoot() {
    final CommandLine root = Mothership.commandLine();
    assertTrue(Mothership.command("--help").isEmpty());
    assertTrue(Mothership.command("serv").isEmpty());
    for (final String name : root.getSubcommands().keySet()) {
      assertEquals(
          all(root.getSubcommands().get(name)).stream().map(CommandLineTest::usage).toList(),
          all(Mothership.command(name).orElseThrow()).stream()
              .map(CommandLineTest::usage)
              .toList());
    }
  }

  private static String usage(final CommandLine command) {
    return command.getCommandSpec().qualifiedName()
        + "\n"
        + command.getUsageMessage(CommandLine.Help.Ansi.OFF);
  }

  @Test
  void shouldPutABrokersDataWhereTemporaryFilesGo() {
    assertEquals("/var/own", Broker.temporaryFolder(Map.of("TMPDIR", "/var/own")));
    assertEquals(System.getProperty("java.io.tmpdir"), Broker.temporaryFolder(Map.of()));
    assertEquals(
        System.getProperty("java.io.tmpdir"), Broker.temporaryFolder(Map.of("TMPDIR", "")));
  }

  @Test
  void shouldAnswerUsageErrorsWithTwo() {
    assertEquals(ExitCode.USAGE, run());
    assertEquals(ExitCode.USAGE, run("serv"));
    assertEquals(ExitCode.USAGE, run("serve", "--nonsense"));
    assertEquals(ExitCode.USAGE, run("serve", "--set", "nonsense=1"));
    assertEquals(ExitCode.USAGE, run("serve", "--http", "host:"));
    assertEquals(ExitCode.USAGE, run("demo", "--for", "soon"));
    assertEquals(ExitCode.USAGE, run("alien", "replay"));
  }

  @Test
  void shouldAnswerAWrongConfigurationWithSeventyEight(@TempDir final Path folder)
      throws IOException {
    final Path file = Files.writeString(folder.resolve("nats.conf"), "prot: 1\nport: x\n");
    assertEquals(ExitCode.CONFIGURATION, run("config", "check", "-c", file.toString()));
    assertTrue(err.toString().contains(file + ":1: unknown key prot"), err.toString());
    assertTrue(err.toString().contains(file + ":2: port=x"), err.toString());
    assertEquals(ExitCode.CONFIGURATION, run("serve", "-c", file.toString()));
    assertEquals(ExitCode.CONFIGURATION, run("broker", "-t", "-c", file.toString()));
  }

  @Test
  void shouldRefuseTheDefaultTokenWhereOthersCanReachIt(@TempDir final Path folder) {
    assertEquals(
        ExitCode.CONFIGURATION,
        run("serve", "-d", folder.toString(), "--http", "0.0.0.0:0", "--nats", "0"));
    assertTrue(err.toString().contains("API_BEARER_TOKEN"), err.toString());
  }

  @Test
  void shouldShowValuesWithTheirSourceAndNoSecret() {
    assertEquals(
        ExitCode.OK, run("config", "show", "--set", "authorization.token=s3cret", "-d", "there"));
    assertTrue(out.toString().contains("storage.data_dir: there"), out.toString());
    assertFalse(out.toString().contains("s3cret"), out.toString());
  }

  @Test
  void shouldTakeTheOptionsOfNatsServer() {
    assertEquals(
        ExitCode.OK,
        run(
            "broker",
            "-t",
            "-a",
            "127.0.0.1",
            "-p",
            "4333",
            "-m",
            "8222",
            "-js",
            "-sd=/tmp/x",
            "-n",
            "me",
            "--user",
            "u",
            "--pass",
            "p",
            "-DV",
            "-l",
            "/tmp/log",
            "-P",
            "/tmp/pid"),
        err.toString());
    assertEquals(ExitCode.OK, run("broker", "-t", "--port", "4333", "--auth", "t"));
    assertEquals(ExitCode.OK, run("broker", "-t", "-p", "-1", "-D", "-V"));
  }

  @Test
  void shouldHaveTheOptionsThatTheTableOfKeysNames() {
    final CommandLine root = Mothership.commandLine();
    final var serve = root.getSubcommands().get("serve").getCommandSpec().optionsMap();
    final var broker = root.getSubcommands().get("broker").getCommandSpec().optionsMap();
    for (final ConfigKey key : ConfigTable.keys()) {
      for (final String option : key.cliOption().split(", ")) {
        assertTrue(
            option.isEmpty() || serve.containsKey(option) || broker.containsKey(option),
            key + " " + option);
      }
    }
  }

  @Test
  void shouldSayThatThereIsNoJournal(@TempDir final Path folder) {
    assertEquals(ExitCode.FAILURE, run("journal", "verify", folder.toString()));
    assertTrue(err.toString().contains("there is no journal"), err.toString());
  }

  @Test
  void shouldKeepTheReferencePageCurrent() throws IOException {
    assertEquals(
        Files.readString(Path.of("..", "docs", "reference", "cli.md")),
        CliReference.markdown(),
        "write it again: ./mothership config cli-reference > docs/reference/cli.md");
  }
}
