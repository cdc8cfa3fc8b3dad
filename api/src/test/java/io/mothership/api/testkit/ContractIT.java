package io.mothership.api.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.ApiFixture;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonWriter;
import io.mothership.transport.http.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description and the services tell the same: every route, every parameter, every example. */
final class ContractIT {
  /** Made by the wiring, not by the services; its test is there. */
  private static final Set<String> ELSEWHERE = Set.of("GET /metrics");

  private static final Contract CONTRACT = Contract.read();

  @TempDir private static Path folder;
  private static ApiFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new ApiFixture(folder);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void shouldDescribeEveryRouteAndServeEveryOperation() {
    final Set<String> served = new TreeSet<>(ELSEWHERE);
    for (final Route route : fixture.api().routes()) {
      final boolean isAny = route.method().equals(Route.ANY_METHOD);
      served.add((isAny ? "GET" : route.method()) + " " + route.template());
    }
    fixture.api().webSocketRoutes().forEach(route -> served.add("GET " + route.template()));
    final Set<String> described = new TreeSet<>();
    for (final Contract.Operation operation : CONTRACT.operations()) {
      if (!operation.isOnMonitor()) {
        described.add(operation.name());
      }
    }
    assertEquals(described, served);
  }

  @Test
  void shouldDescribeTheParametersOfEachPath() {
    for (final Contract.Operation operation : CONTRACT.operations()) {
      final Set<String> wanted = new TreeSet<>();
      final Matcher names = Pattern.compile("\\{([^}]+)}").matcher(operation.template());
      while (names.find()) {
        wanted.add("path " + names.group(1));
      }
      final Set<String> described = new TreeSet<>(operation.parameters().keySet());
      described.removeIf(name -> !name.startsWith("path "));
      assertEquals(wanted, described, operation.name());
    }
  }

  /**
   * Each operation with its example and the identities that earlier answers gave: what makes comes
   * first, what removes last, what needs less before what needs more. {@link ContractCheckingHttp}
   * looks at each answer.
   */
  @Test
  void shouldDoWhatEachExampleSays() throws Exception {
    final Map<String, String> known = new TreeMap<>();
    final List<String> wrong = new ArrayList<>();
    final List<String> order = List.of("POST", "GET", "PUT", "DELETE");
    for (final Contract.Operation operation :
        CONTRACT.operations().stream()
            .filter(o -> !o.isOnMonitor() && !ELSEWHERE.contains(o.name()) && !o.isUpgrade())
            .sorted(
                Comparator.comparingInt((Contract.Operation o) -> order.indexOf(o.method()))
                    .thenComparing(o -> o.parameters().size()))
            .toList()) {
      final Optional<JsonValue> example = operation.bodyExample();
      assertTrue(
          example.isPresent() || !operation.takesBody(),
          operation.name() + " needs an example of its body");
      if (operation.method().equals("DELETE")) {
        // What another example removed is made again.
        run(create(operation), known);
      }
      final ApiFixture.Answer answer = run(operation, known);
      if (answer.status() >= 300) {
        wrong.add(operation.name() + " -> " + answer.status() + " " + answer.body());
      }
    }
    assertEquals("", String.join("\n", wrong));
  }

  private static Contract.Operation create(final Contract.Operation removal) {
    final String template = removal.template().replaceFirst("/\\{[^}]+}$", "");
    return CONTRACT.operations().stream()
        .filter(o -> o.name().equals("POST " + template))
        .findFirst()
        .orElseThrow();
  }

  private static ApiFixture.Answer run(
      final Contract.Operation operation, final Map<String, String> known) throws Exception {
    String target = operation.template();
    final StringBuilder query = new StringBuilder();
    for (final var parameter : operation.parameters().entrySet()) {
      final String name = parameter.getKey().substring(parameter.getKey().indexOf(' ') + 1);
      if (parameter.getKey().startsWith("path ")) {
        target = target.replace("{" + name + "}", known.getOrDefault(name, "unknown"));
      } else if (parameter.getKey().startsWith("query ") && known.containsKey(name)) {
        query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(known.get(name));
      }
    }
    final String body =
        operation.bodyExample().map(value -> new JsonWriter().value(value).toString()).orElse("");
    final ApiFixture.Answer answer = fixture.call(operation.method(), target + query, body);
    if (answer.status() < 300 && operation.method().equals("POST")) {
      remember(answer.json(), known);
    }
    return answer;
  }

  private static void remember(final JsonValue answer, final Map<String, String> known) {
    if (answer instanceof final JsonValue.Members object) {
      for (final JsonValue.Member member : object.members()) {
        if (member.name().endsWith("_id") && member.value() instanceof JsonValue.Text id) {
          known.put(member.name(), id.value());
        }
        remember(member.value(), known);
      }
    }
  }
}
