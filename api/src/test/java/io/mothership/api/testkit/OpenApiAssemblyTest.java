package io.mothership.api.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OpenApiAssemblyTest {
  private static final String COMMON =
      """
      openapi: 3.1.0
      components:
        responses:
          Error: {description: Refused.}
      """;
  private static final String FLEET =
      """
      each-operation:
        responses:
          '401': {$ref: '#/components/responses/Error'}
          '503': {$ref: '#/components/responses/Error'}
      paths:
        /a:
          get: {operationId: a, responses: {'200': {description: Yes.}}}
          put: {operationId: b, security: [], responses: {'503': {description: Later.}}}
      """;

  @Test
  void shouldMergePartsAndAddWhatEachOperationMayAnswer() {
    final Map<String, Object> document = assemble(COMMON, FLEET);
    assertEquals(List.of("openapi", "paths", "components"), List.copyOf(document.keySet()));
    final Map<String, String> error = Map.of("$ref", "#/components/responses/Error");
    assertEquals(
        Map.of("200", Map.of("description", "Yes."), "401", error, "503", error),
        at(document, "paths", "/a", "get", "responses"));
    assertEquals(
        Map.of("503", Map.of("description", "Later.")),
        at(document, "paths", "/a", "put", "responses"));
  }

  @Test
  void shouldNameEverythingThatIsWrong() {
    final IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                assemble(
                    COMMON,
                    FLEET,
                    """
                    openapi: 3.1.0
                    paths:
                      /a: {}
                      /b:
                        get: {operationId: a, responses: {'200': {$ref: '#/components/responses/No'}}}
                        put: {responses: {}}
                    components:
                      schemas:
                        Idle: {}
                    """));
    assertEquals(
        """
        2.yaml: openapi stands in another part too
        2.yaml: paths /a is defined in another part too
        refers to nothing: #/components/responses/No
        nobody refers to #/components/schemas/Idle
        no operationId of its own: get /b
        no operationId of its own: put /b\
        """,
        e.getMessage());
  }

  private static Map<String, Object> assemble(final String... texts) {
    final Map<String, String> parts = new LinkedHashMap<>();
    for (final String text : texts) {
      parts.put(parts.size() + ".yaml", text);
    }
    return OpenApiAssembly.assemble(parts);
  }

  private static Object at(final Object value, final String... path) {
    Object found = value;
    for (final String step : path) {
      found = ((Map<?, ?>) found).get(step);
    }
    return found;
  }
}
