package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.ConfigNode.Block;
import io.mothership.config.ConfigNode.Scalar;
import io.mothership.config.ConfigNode.Sequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDecoderTest {
  private final List<Problem> problems = new ArrayList<>();

  private Block decode(final String text) {
    return ConfigDecoder.decode("nats.conf", text, Map.of("FROM_ENV", "77"), problems);
  }

  private static String scalar(final Block block, final String key) {
    return assertInstanceOf(Scalar.class, block.entries().get(key).value()).text();
  }

  @Test
  void shouldReadEverySeparator() {
    final Block root = decode("a: 1\nb = 2\nc 3\nd: 'x y', e: \"q\\t\\x41\";f{g:1}\n\"h i\": 4");
    assertEquals(List.of(), problems);
    assertEquals("1", scalar(root, "a"));
    assertEquals("2", scalar(root, "b"));
    assertEquals("3", scalar(root, "c"));
    assertEquals("x y", scalar(root, "d"));
    assertEquals("q\tA", scalar(root, "e"));
    assertEquals("1", scalar((Block) root.entries().get("f").value(), "g"));
    assertEquals("4", scalar(root, "h i"));
  }

  @Test
  void shouldPassOverCommentsButNotOverUrls() {
    final Block root =
        decode("# first\nport: 4222 // why\nurl: nats://host:4222\nlast: x # end\n// done");
    assertEquals(List.of(), problems);
    assertEquals("4222", scalar(root, "port"));
    assertEquals("nats://host:4222", scalar(root, "url"));
    assertEquals("x", scalar(root, "last"));
  }

  @Test
  void shouldReadListsOverLines() {
    final Block root = decode("users: [\n  {user: a, password: b}\n  {user: c}\n]\nx: [1, 2,3]\n");
    assertEquals(List.of(), problems);
    assertEquals(2, ((Sequence) root.entries().get("users").value()).elements().size());
    assertEquals(3, ((Sequence) root.entries().get("x").value()).elements().size());
  }

  @Test
  void shouldLookUpVariablesInBlocksAroundThenInTheEnvironment() {
    final Block root = decode("P: 1\nb { P: 2, c: $P }\nd: $P\ne: $FROM_ENV\nf: $NOWHERE\n");
    assertEquals("2", scalar((Block) root.entries().get("b").value(), "c"));
    assertEquals("1", scalar(root, "d"));
    assertEquals("77", scalar(root, "e"));
    assertEquals(
        List.of(
            new Problem(
                "nats.conf:5", "variable $NOWHERE is set neither above nor in the environment")),
        problems);
  }

  @Test
  void shouldTakeABcryptHashForAValue() {
    assertEquals("$2a$11$abc", scalar(decode("password: $2a$11$abc"), "password"));
    assertEquals(List.of(), problems);
  }

  @Test
  void shouldReportEveryMistakeWithItsLine() {
    decode("a: 1\n= 2\nb:\n}\nc: \"\\q\"\na: 3\nd {\n");
    assertEquals(
        List.of(
            "nats.conf:2: expected a key, found '='",
            "nats.conf:4: '}' without '{'",
            "nats.conf:5: unknown escape \\q in a text",
            "nats.conf:8: the file ends inside a block: '}' is missing"),
        problems.stream()
            .map(Problem::toString)
            .filter(text -> !text.contains("b: a value is missing"))
            .toList());
    assertTrue(problems.toString().contains("b: a value is missing"));
  }

  @Test
  void shouldIncludeFilesBesideTheFile(@TempDir final Path folder) throws Exception {
    Files.writeString(folder.resolve("main.conf"), "a: 1\ninclude 'more.conf'\n");
    Files.writeString(folder.resolve("more.conf"), "b: 2\nbad: $NO\n");
    final Block root = ConfigDecoder.decode(folder.resolve("main.conf"), Map.of(), problems);
    assertEquals("2", scalar(root, "b"));
    assertEquals(1, problems.size());
    assertTrue(problems.getFirst().source().endsWith("more.conf:2"), problems.toString());
  }

  @Test
  void shouldEndAnEndlessInclude(@TempDir final Path folder) throws Exception {
    Files.writeString(folder.resolve("main.conf"), "include main.conf\n");
    ConfigDecoder.decode(folder.resolve("main.conf"), Map.of(), problems);
    assertTrue(problems.toString().contains("files deep"), problems.toString());
  }

  @Test
  void shouldNeverFailOnAnyPrefix() {
    final String text = "a { b: [1, \"x\\n\", { c: $V }], d = 'y' } # e\ninclude f\n( g\n)\n";
    for (int end = 0; end <= text.length(); end++) {
      decode(text.substring(0, end));
      decode(text.substring(end));
    }
    assertTrue(problems.size() > 10);
  }
}
