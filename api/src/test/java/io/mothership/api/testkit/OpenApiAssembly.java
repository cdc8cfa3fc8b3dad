package io.mothership.api.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Puts the parts of the API's description together: one document, as YAML and as JSON. The build
 * runs this file as it is, before anything is compiled, so it uses nothing of the project.
 *
 * <p>A part holds {@code paths}, {@code components}, and {@code each-operation: {responses: …}}:
 * what any of its operations may answer besides what it says itself. {@code common.yaml} comes
 * first and has the head of the document. What two parts define, a reference to nothing, an
 * operation without an id and a component that nobody refers to are errors.
 */
public final class OpenApiAssembly {
  private static final String FIRST = "common.yaml";
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "patch", "head", "options", "trace");

  private final LinkedHashMap<String, Object> document = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  private OpenApiAssembly() {}

  /**
   * @param args the folder of the parts, the folder to write {@code openapi.yaml} and {@code
   *     openapi.json} to
   */
  public static void main(final String[] args) throws IOException {
    final Map<String, String> parts = new LinkedHashMap<>();
    final Path folder = Path.of(args[0]);
    parts.put(FIRST, Files.readString(folder.resolve(FIRST)));
    try (Stream<Path> files = Files.list(folder)) {
      for (final Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        parts.putIfAbsent(file.getFileName().toString(), Files.readString(file));
      }
    }
    final Map<String, Object> document = assemble(parts);
    final Path target = Files.createDirectories(Path.of(args[1]));
    Files.writeString(target.resolve("openapi.yaml"), yaml(document));
    final StringBuilder json = new StringBuilder(1 << 16);
    writeJson(document, json);
    Files.writeString(target.resolve("openapi.json"), json);
  }

  /**
   * The whole document.
   *
   * @param parts texts by file name, in the order in which they appear
   * @throws IllegalArgumentException naming everything that is wrong
   */
  static Map<String, Object> assemble(final Map<String, String> parts) {
    final OpenApiAssembly assembly = new OpenApiAssembly();
    parts.forEach(assembly::add);
    assembly.document.putLast("components", assembly.document.get("components"));
    assembly.checkReferences();
    assembly.checkOperations();
    if (!assembly.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", assembly.problems));
    }
    return assembly.document;
  }

  private void add(final String name, final String text) {
    final LoadSettings settings =
        LoadSettings.builder().setLabel(name).setAllowDuplicateKeys(false).build();
    final Map<String, Object> part = map(new Load(settings).loadFromString(text));
    if (part.remove("each-operation") instanceof final Map<?, ?> each) {
      complete(map(part.get("paths")), map(each.get("responses")));
    }
    for (final var entry : part.entrySet()) {
      switch (entry.getKey()) {
        case "paths" -> merge(name, "paths", entry.getValue());
        case "components" ->
            map(entry.getValue()).forEach((kind, made) -> merge(name, "components/" + kind, made));
        default -> {
          if (document.putIfAbsent(entry.getKey(), entry.getValue()) != null) {
            problems.add(name + ": " + entry.getKey() + " stands in another part too");
          }
        }
      }
    }
  }

  /** Whoever needs no token is not refused for one either. */
  private static void complete(
      final Map<String, Object> paths, final Map<String, Object> responses) {
    for (final Object item : paths.values()) {
      map(item)
          .forEach(
              (method, operation) -> {
                if (METHODS.contains(method)) {
                  final boolean isFree = List.of().equals(map(operation).get("security"));
                  final Map<String, Object> own = map(map(operation).get("responses"));
                  responses.forEach(
                      (status, response) -> {
                        if (!isFree || !status.equals("401") && !status.equals("403")) {
                          own.putIfAbsent(status, response);
                        }
                      });
                }
              });
    }
  }

  private void merge(final String part, final String place, final Object members) {
    Map<String, Object> target = document;
    for (final String step : place.split("/")) {
      target = map(target.computeIfAbsent(step, key -> new LinkedHashMap<String, Object>()));
    }
    for (final var member : map(members).entrySet()) {
      if (target.putIfAbsent(member.getKey(), member.getValue()) != null) {
        problems.add(
            part + ": " + place + " " + member.getKey() + " is defined in another part too");
      }
    }
  }

  private void checkReferences() {
    final Set<String> wanted = new TreeSet<>();
    collectReferences(document, wanted);
    final Set<String> made = new TreeSet<>();
    map(document.get("components"))
        .forEach(
            (kind, members) -> {
              if (!kind.equals("securitySchemes")) {
                map(members).keySet().forEach(n -> made.add("#/components/" + kind + "/" + n));
              }
            });
    for (final String reference : wanted) {
      if (!made.contains(reference)) {
        problems.add("refers to nothing: " + reference);
      }
    }
    made.removeAll(wanted);
    made.forEach(unused -> problems.add("nobody refers to " + unused));
  }

  private static void collectReferences(final Object value, final Set<String> references) {
    if (value instanceof final Map<?, ?> object) {
      if (object.get("$ref") instanceof final String reference) {
        references.add(reference);
      }
      object.values().forEach(member -> collectReferences(member, references));
    } else if (value instanceof final List<?> items) {
      items.forEach(item -> collectReferences(item, references));
    }
  }

  private void checkOperations() {
    final Set<String> ids = new HashSet<>();
    map(document.get("paths"))
        .forEach(
            (path, item) ->
                map(item)
                    .forEach(
                        (method, operation) -> {
                          if (METHODS.contains(method)
                              && !(map(operation).get("operationId") instanceof final String id
                                  && ids.add(id))) {
                            problems.add("no operationId of its own: " + method + " " + path);
                          }
                        }));
  }

  private static String yaml(final Map<String, Object> document) {
    return new Dump(
            DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setDereferenceAliases(true)
                .setWidth(120)
                .build())
        .dumpToString(document);
  }

  private static void writeJson(final Object value, final StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> object -> {
        String separator = "{";
        for (final var member : object.entrySet()) {
          out.append(separator);
          writeJson(member.getKey(), out);
          out.append(':');
          writeJson(member.getValue(), out);
          separator = ",";
        }
        out.append(object.isEmpty() ? "{}" : "}");
      }
      case List<?> items -> {
        String separator = "[";
        for (final Object item : items) {
          out.append(separator);
          writeJson(item, out);
          separator = ",";
        }
        out.append(items.isEmpty() ? "[]" : "]");
      }
      case String text -> writeText(text, out);
      default -> out.append(value);
    }
  }

  private static void writeText(final String text, final StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      final char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(final Object value) {
    if (value instanceof Map) {
      return (Map<String, Object>) value;
    }
    throw new IllegalArgumentException("not a mapping: " + value);
  }
}
