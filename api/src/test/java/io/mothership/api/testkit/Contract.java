package io.mothership.api.testkit;

import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonValue.Items;
import io.mothership.json.JsonValue.Literal;
import io.mothership.json.JsonValue.Member;
import io.mothership.json.JsonValue.Members;
import io.mothership.json.JsonValue.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The assembled description of the API as its tests read it: which operation serves a request, and
 * what an exchange has that the description does not.
 */
public final class Contract {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");

  private final Members document;
  private final ContractSchemas schemas;
  private final List<Operation> operations = new ArrayList<>();
  private final Set<String> anyMethod = new HashSet<>();

  private Contract(final Members document) {
    this.document = document;
    this.schemas =
        new ContractSchemas(members(find(members(find(document, "components")), "schemas")));
    for (final Member path : members(find(document, "paths")).members()) {
      final Members item = members(path.value());
      if (isTrue(item, "x-any-method")) {
        anyMethod.add(path.name());
      }
      for (final Member method : item.members()) {
        if (METHODS.contains(method.name())) {
          operations.add(operation(path.name(), item, method));
        }
      }
    }
  }

  /** The description that this build serves. */
  public static Contract read() {
    try (InputStream in = Contract.class.getResourceAsStream("/io/mothership/api/openapi.json")) {
      return of(in.readAllBytes());
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Contract of(final byte[] json) {
    return new Contract(members(parse(json)));
  }

  /**
   * One operation.
   *
   * @param parameters by place and name, such as {@code query limit}
   * @param isOnMonitor whether the monitoring port serves it
   */
  public record Operation(
      String method,
      String template,
      Map<String, Members> parameters,
      Members body,
      boolean isOnMonitor) {
    /** Method and template. */
    public String name() {
      return method + " " + template;
    }

    /** Whether it begins a WebSocket. */
    public boolean isUpgrade() {
      return members(Contract.find(body, "responses")).find("101").isPresent();
    }

    public boolean takesBody() {
      return body.find("requestBody").isPresent();
    }

    /** The {@code example} of the first content type of its request body. */
    public Optional<JsonValue> bodyExample() {
      return body.find("requestBody")
          .map(request -> members(Contract.find(members(request), "content")).members())
          .flatMap(content -> members(content.getFirst().value()).find("example"));
    }
  }

  /** A request and its answer. Header names are in lower case. */
  public record Exchange(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> requestHeaders,
      byte[] requestBody,
      int status,
      Map<String, String> headers,
      byte[] body) {}

  /** All operations in the order of the description. */
  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** The operation that serves a request; a template without parameters wins. */
  public Optional<Operation> find(final String method, final String path) {
    final String wanted = method.equals("HEAD") || anyMethod.contains(path) ? "GET" : method;
    return operations.stream()
        .filter(operation -> operation.method.equals(wanted) && matches(operation.template, path))
        .min((a, b) -> Boolean.compare(a.template.contains("{"), b.template.contains("{")));
  }

  /** What the answer of {@code exchange} has that the description does not allow. */
  public List<String> answerViolations(final Exchange exchange) {
    if (exchange.method.equals("OPTIONS")) {
      return List.of();
    }
    final Optional<Operation> operation = find(exchange.method, exchange.path);
    if (operation.isEmpty()) {
      return exchange.status == 404 || exchange.status == 405 || exchange.status >= 500
          ? List.of()
          : List.of("no operation, answered " + exchange.status);
    }
    final Members responses = members(find(operation.get().body, "responses"));
    final Optional<JsonValue> documented = responses.find(Integer.toString(exchange.status));
    if (documented.isEmpty()) {
      return List.of("status " + exchange.status + " is not documented");
    }
    final Members response = resolved(documented.get());
    final List<String> found = new ArrayList<>(headerViolations(response, exchange));
    found.addAll(contentViolations(response, exchange));
    return found;
  }

  private List<String> headerViolations(final Members response, final Exchange exchange) {
    final List<String> found = new ArrayList<>();
    for (final Member header : optional(response, "headers").members()) {
      final Members description = resolved(header.value());
      final String value = exchange.headers.get(header.name().toLowerCase(Locale.ROOT));
      if (value != null) {
        found.addAll(textViolations("header " + header.name(), find(description, "schema"), value));
      } else if (isTrue(description, "required")) {
        found.add("header " + header.name() + " is missing");
      }
    }
    return found;
  }

  private List<String> contentViolations(final Members response, final Exchange exchange) {
    final Members content = optional(response, "content");
    final String type = mediaType(exchange.headers);
    if (content.isEmpty() || exchange.body.length == 0) {
      return exchange.body.length == 0 || exchange.method.equals("HEAD")
          ? List.of()
          : List.of("a body of " + exchange.body.length + " bytes where none is documented");
    }
    final Optional<JsonValue> media = content.find(type);
    if (media.isEmpty()) {
      return List.of("content type '" + type + "' is not documented");
    }
    final List<String> found = new ArrayList<>();
    members(media.get())
        .find("schema")
        .ifPresent(
            schema -> {
              for (final byte[] text : texts(type, exchange.body)) {
                found.addAll(bodyViolations(schema, ContractSchemas.Strength.CLOSED, type, text));
              }
            });
    return found;
  }

  private List<String> bodyViolations(
      final JsonValue schema,
      final ContractSchemas.Strength strength,
      final String type,
      final byte[] text) {
    if (!type.endsWith("json")) {
      return List.of();
    }
    try {
      return schemas.violations(schema, strength, JsonTree.parse(text)).stream()
          .map(violation -> "body " + violation)
          .toList();
    } catch (final JsonSyntaxException e) {
      return List.of("body is not JSON: " + e.getMessage());
    }
  }

  /** What the request of {@code exchange} has that the description does not allow. */
  public List<String> requestViolations(final Exchange exchange) {
    final Optional<Operation> served = find(exchange.method, exchange.path);
    if (served.isEmpty()) {
      return List.of();
    }
    final Operation operation = served.get();
    final List<String> found = new ArrayList<>();
    final Map<String, String> given = new TreeMap<>();
    pathValues(operation.template, exchange.path)
        .forEach((name, value) -> given.put("path " + name, value));
    exchange.query.forEach((name, value) -> given.put("query " + name, value));
    exchange.requestHeaders.forEach((name, value) -> given.put("header " + name, value));
    operation.parameters.forEach(
        (key, parameter) -> {
          final String value = given.get(key);
          if (value != null) {
            found.addAll(textViolations(key, find(parameter, "schema"), value));
          } else if (isTrue(parameter, "required")) {
            found.add(key + " is missing");
          }
        });
    for (final String name : exchange.query.keySet()) {
      if (!operation.parameters.containsKey("query " + name)) {
        found.add("query " + name + " is not documented");
      }
    }
    found.addAll(requestBodyViolations(operation, exchange));
    return found;
  }

  private List<String> requestBodyViolations(final Operation operation, final Exchange exchange) {
    final Optional<JsonValue> documented = operation.body.find("requestBody");
    if (documented.isEmpty()) {
      return exchange.requestBody.length == 0
          ? List.of()
          : List.of("a request body where none is documented");
    }
    final Members body = resolved(documented.get());
    if (exchange.requestBody.length == 0) {
      return isTrue(body, "required") ? List.of("the request body is missing") : List.of();
    }
    final Members content = members(find(body, "content"));
    // Without a type it is the one that is documented first.
    final String given = mediaType(exchange.requestHeaders);
    final String type = given.isEmpty() ? content.members().getFirst().name() : given;
    final Optional<JsonValue> media = content.find(type);
    if (media.isEmpty()) {
      return List.of("request content type '" + type + "' is not documented");
    }
    return members(media.get())
        .find("schema")
        .map(
            schema ->
                bodyViolations(schema, ContractSchemas.Strength.OPEN, type, exchange.requestBody))
        .orElse(List.of());
  }

  private List<String> textViolations(
      final String what, final JsonValue schema, final String value) {
    final String type =
        schema instanceof final Members object && object.find("type").orElse(null) instanceof Text t
            ? t.value()
            : "string";
    final JsonValue typed =
        switch (type) {
          case "integer", "number" ->
              NUMBER.matcher(value).matches() ? new Literal(value) : new Text(value);
          case "boolean" ->
              value.equals("true") || value.equals("false")
                  ? new JsonValue.Flag(value.equals("true"))
                  : new Text(value);
          default -> new Text(value);
        };
    return schemas.violations(schema, ContractSchemas.Strength.OPEN, typed).stream()
        .map(violation -> what + " " + violation)
        .toList();
  }

  private Operation operation(final String template, final Members item, final Member method) {
    final Members body = members(method.value());
    final Map<String, Members> parameters = new LinkedHashMap<>();
    for (final Members holder : List.of(item, body)) {
      for (final JsonValue value :
          ((Items) holder.find("parameters").orElse(new Items(List.of()))).values()) {
        final Members parameter = resolved(value);
        final String place = text(parameter, "in");
        final String name = text(parameter, "name");
        parameters.put(
            place + " " + (place.equals("header") ? name.toLowerCase(Locale.ROOT) : name),
            parameter);
      }
    }
    return new Operation(
        method.name().toUpperCase(Locale.ROOT),
        template,
        Collections.unmodifiableMap(parameters),
        body,
        item.find("servers").isPresent());
  }

  private Members resolved(final JsonValue value) {
    final Members object = members(value);
    if (object.find("$ref").orElse(null) instanceof Text reference) {
      JsonValue target = document;
      for (final String step : reference.value().substring(2).split("/")) {
        target = find(members(target), step);
      }
      return resolved(target);
    }
    return object;
  }

  private static List<byte[]> texts(final String type, final byte[] body) {
    return type.endsWith("ndjson")
        ? new String(body, StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isEmpty())
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList()
        : List.of(body);
  }

  private static String mediaType(final Map<String, String> headers) {
    return headers.getOrDefault("content-type", "").split(";")[0].trim().toLowerCase(Locale.ROOT);
  }

  private static boolean matches(final String template, final String path) {
    final String[] wanted = template.split("/", -1);
    final String[] given = path.split("/", -1);
    if (wanted.length != given.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (!wanted[i].equals(given[i]) && (!wanted[i].startsWith("{") || given[i].isEmpty())) {
        return false;
      }
    }
    return true;
  }

  private static Map<String, String> pathValues(final String template, final String path) {
    final String[] wanted = template.split("/", -1);
    final String[] given = path.split("/", -1);
    final Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < wanted.length; i++) {
      final Matcher parameter = Pattern.compile("\\{(.+)}").matcher(wanted[i]);
      if (parameter.matches()) {
        values.put(parameter.group(1), given[i]);
      }
    }
    return values;
  }

  private static JsonValue parse(final byte[] json) {
    try {
      return JsonTree.parse(json);
    } catch (final JsonSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Members members(final JsonValue value) {
    return (Members) value;
  }

  private static JsonValue find(final Members object, final String name) {
    return object
        .find(name)
        .orElseThrow(() -> new IllegalArgumentException(name + " is missing in " + object));
  }

  private static Members optional(final Members object, final String name) {
    return members(object.find(name).orElse(new Members(List.of())));
  }

  private static String text(final Members object, final String name) {
    return ((Text) find(object, name)).value();
  }

  private static boolean isTrue(final Members object, final String name) {
    return object.find(name).equals(Optional.of(new JsonValue.Flag(true)));
  }
}
