package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mothership.config.ConfigNode.Block;
import io.mothership.config.ConfigNode.Entry;
import io.mothership.config.ConfigNode.Scalar;
import io.mothership.config.ConfigNode.Sequence;
import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/**
 * Configuration files from anybody: all that is wrong is a list of problems, never anything else;
 * what is right means the same after it was printed and read again.
 */
final class ConfigFuzzTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("SET", "4333");

  @TempDir private static Path folder;

  @FuzzTest
  void shouldReadWhatItUnderstood(final byte[] bytes) {
    final List<Problem> problems = new ArrayList<>();
    final Block tree = decode(new String(bytes, StandardCharsets.UTF_8), problems);
    if (problems.isEmpty()) {
      final String printed = entries(tree);
      final Block again = decode(printed, problems);
      assertEquals(List.of(), problems, printed);
      assertEquals(printed, entries(again));
    }
  }

  @FuzzTest
  void shouldPrintWhatIsInForce(final byte[] bytes) throws IOException {
    final Optional<MothershipConfig> config = load(bytes);
    if (config.isPresent()) {
      final String shown = String.join("\n", config.get().lines());
      final Optional<MothershipConfig> again = load(shown.getBytes(StandardCharsets.UTF_8));
      for (final ConfigKey key : ConfigTable.keys()) {
        if (key.type() == ConfigType.PATH) {
          config.get().path(key);
        }
        if (!key.isSecret()) {
          assertEquals(config.get().shown(key), again.orElseThrow().shown(key), shown);
        }
      }
    }
  }

  private static Optional<MothershipConfig> load(final byte[] text) throws IOException {
    final Path file = Files.write(folder.resolve("nats.conf"), text);
    try {
      return Optional.of(
          MothershipConfig.load(
              new MothershipConfig.Inputs(
                  Optional.of(file), ENVIRONMENT, Optional.empty(), Map.of())));
    } catch (final MothershipException e) {
      assertEquals("CONFIG_INVALID", e.code());
      return Optional.empty();
    }
  }

  private static Block decode(final String text, final List<Problem> problems) {
    return ConfigDecoder.decode("fuzzed", text, ENVIRONMENT, problems);
  }

  /** In the syntax of the file, with everything quoted. */
  private static String print(final ConfigNode node) {
    return switch (node) {
      case final Scalar scalar -> quoted(scalar.text());
      case final Sequence sequence -> {
        final StringBuilder text = new StringBuilder("[\n");
        sequence.elements().forEach(element -> text.append(print(element)).append(",\n"));
        yield text.append("]").toString();
      }
      case final Block block -> "{\n" + entries(block) + "}";
    };
  }

  private static String entries(final Block block) {
    final StringBuilder text = new StringBuilder();
    for (final Entry entry : block.entries().values()) {
      text.append(quoted(entry.key())).append(": ").append(print(entry.value())).append('\n');
    }
    return text.toString();
  }

  private static String quoted(final String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
