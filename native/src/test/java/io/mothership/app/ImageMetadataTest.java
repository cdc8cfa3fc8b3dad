package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The image's metadata against the libraries as they are: an update must not make it stale unseen.
 */
class ImageMetadataTest {
  private static final Path FILE =
      Path.of(
          "src/main/resources/META-INF/native-image/io.mothership/mothership/"
              + "reachability-metadata.json");
  private static final Pattern QUEUE = Pattern.compile("import (org\\.jctools\\.queues\\.\\w+);");

  @Test
  void shouldNameOnlyWhatThereIs() throws IOException, ClassNotFoundException {
    final Set<String> missing = new TreeSet<>();
    for (final Map.Entry<String, List<String>> entry : types().entrySet()) {
      final String name = entry.getKey();
      if (name.endsWith("[]")) {
        continue;
      }
      final Class<?> type = Class.forName(name, false, getClass().getClassLoader());
      // The JDK hides fields of its own from reflection on the JVM.
      if (!name.startsWith("java.") && !name.startsWith("jdk.") && !name.startsWith("sun.")) {
        final List<String> fields =
            Arrays.stream(type.getDeclaredFields()).map(Field::getName).toList();
        entry.getValue().stream()
            .filter(field -> !fields.contains(field))
            .forEach(field -> missing.add(name + "." + field));
      }
    }
    assertEquals(Set.of(), missing);
  }

  /** JCTools finds the places of its indices by the names of fields, class by class upwards. */
  @Test
  void shouldKnowEveryQueueInUse() throws IOException, ClassNotFoundException {
    final Set<String> known = types().keySet();
    final Set<String> missing = new TreeSet<>();
    for (final String queue : queues()) {
      Class<?> type = Class.forName(queue, false, getClass().getClassLoader());
      while (type != Object.class) {
        final boolean isLookedUp =
            Arrays.stream(type.getDeclaredFields())
                .anyMatch(field -> field.getName().matches("[CP]_\\w*(INDEX|LIMIT)\\w*OFFSET"));
        if (isLookedUp && !known.contains(type.getName())) {
          missing.add(type.getName());
        }
        type = type.getSuperclass();
      }
    }
    assertEquals(Set.of(), missing);
  }

  private static Set<String> queues() throws IOException {
    final Set<String> queues = new TreeSet<>();
    for (final String module : List.of("core", "transport", "storage", "api", "alien", "native")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main"))) {
        for (final Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          final Matcher matcher = QUEUE.matcher(Files.readString(file));
          while (matcher.find()) {
            queues.add(matcher.group(1));
          }
        }
      }
    }
    return queues;
  }

  /** Types of the reflection section, but proxies, with their fields. */
  private static Map<String, List<String>> types() throws IOException {
    final Map<String, List<String>> types = new LinkedHashMap<>();
    try (JsonParser json = new JsonFactory().createParser(FILE.toFile())) {
      String type = "";
      String section = "";
      while (json.nextToken() != null) {
        if (json.currentToken() != JsonToken.FIELD_NAME) {
          continue;
        }
        final String name = json.currentName();
        final JsonToken value = json.nextToken();
        switch (name) {
          case "type" -> {
            type = value == JsonToken.VALUE_STRING ? json.getText() : "";
            section = "";
            if (!type.isEmpty()) {
              types.put(type, new java.util.ArrayList<>());
            }
          }
          case "fields", "methods" -> section = name;
          case "name" -> {
            if (section.equals("fields") && !type.isEmpty()) {
              types.get(type).add(json.getText());
            }
          }
          default -> {
            // Nothing to compare.
          }
        }
      }
    }
    return types;
  }
}
