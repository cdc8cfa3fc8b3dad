package io.mothership.api.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.ApiFixture;
import io.mothership.api.ApiFixture.Answer;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.json.JsonValue;
import io.mothership.storage.sql.OutboxRepository;
import io.mothership.storage.sql.TestRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Every row of the fleet contract over a real socket, whatever database has the records. */
@ParameterizedClass
@EnumSource(TestRegistry.class)
final class FleetContractIT {
  private static final String ORGANIZATIONS = "/api/v1/organizations";
  private static final String ENTITIES = "/api/v1/entities";
  private static final String UNKNOWN = "00000000-0000-4000-8000-000000000000";

  @TempDir private static Path folder;
  private static ApiFixture fixture;

  @Parameter private TestRegistry registry;

  @BeforeParameterizedClassInvocation
  static void start(final TestRegistry registry) {
    fixture = new ApiFixture(TestRegistry.config(registry.newPlace(folder)));
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    fixture.close();
  }

  @Test
  void shouldCreateAnOrganizationAsTheContractShows() throws Exception {
    final Answer answer =
        fixture.call(
            "POST",
            ORGANIZATIONS,
            "{\"name\":\"My Fleet\",\"org_type\":\"civilian\",\"description\":\"ignored\"}");
    assertEquals(201, answer.status());
    assertEquals("application/json", answer.header("Content-Type"));
    assertTrue(answer.body().endsWith("}\n"));
    assertEquals(new JsonValue.Flag(true), answer.json("success"));
    final String orgId = answer.text("data", "org_id");
    assertEquals(4, UUID.fromString(orgId).version());
    assertEquals("My Fleet", answer.text("data", "name"));
    assertEquals("civilian", answer.text("data", "org_type"));
    assertEquals("{}", answer.text("data", "metadata"));
    assertTrue(
        answer.text("data", "created_at").matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{6}Z"));
    assertEquals(List.of("success", "data"), names(answer.json()));
    assertEquals(
        List.of("org_id", "name", "org_type", "metadata", "created_at", "updated_at"),
        names(answer.json("data")));

    final Answer again = fixture.call("GET", ORGANIZATIONS + "?org_id=" + orgId, "");
    assertEquals(200, again.status());
    assertEquals(answer.json("data"), again.json("data"));
    assertEquals(
        answer.json("data"), fixture.call("GET", ORGANIZATIONS + "/" + orgId, "").json("data"));
  }

  @Test
  void shouldListOrganizationsInTheOrderTheyWereMade() throws Exception {
    final String first = fixture.newOrganization();
    final String second = fixture.newOrganization();
    final Answer answer = fixture.call("GET", ORGANIZATIONS, "");
    assertEquals(200, answer.status());
    final String body = answer.body();
    assertTrue(body.indexOf(first) > 0 && body.indexOf(first) < body.indexOf(second));
  }

  @Test
  void shouldAcceptAllVocabulariesOfTheSeeds() throws Exception {
    for (final String orgType : List.of("military", "ngo", "company", "agency", "individual")) {
      final String body = "{\"name\":\"\",\"org_type\":\"" + orgType + "\"}";
      assertEquals(201, fixture.call("POST", ORGANIZATIONS, body).status(), orgType);
    }
    final String orgId = fixture.newOrganization();
    for (final String entityType : List.of("aircraft_multirotor", "vehicle", "drone", "uav")) {
      for (final String status : List.of("active", "returning", "offline")) {
        final String body =
            "{\"entity_type\":\"%s\",\"status\":\"%s\"}".formatted(entityType, status);
        final Answer answer = fixture.call("POST", ENTITIES + "?org_id=" + orgId, body);
        assertEquals(201, answer.status());
        assertEquals(status, answer.text("data", "status"));
      }
    }
  }

  @Test
  void shouldCreateAnEntityAsTheContractShows() throws Exception {
    final String orgId = fixture.newOrganization();
    final Answer answer =
        fixture.call(
            "POST",
            ENTITIES + "?org_id=" + orgId,
            """
            {"entity_type":"aircraft_multirotor","priority":"high",
             "position":{"latitude":40.7128,"longitude":-74.0060,"altitude":0},
             "metadata":{"model":"DJI-M300","serial":"ABC123456","range":1.10e2}}
            """);
    assertEquals(201, answer.status());
    assertEquals("unknown", answer.text("data", "status"));
    assertEquals("high", answer.text("data", "priority"));
    assertEquals(new JsonValue.Flag(false), answer.json("data", "is_live"));
    assertEquals(new JsonValue.Literal("40.7128"), answer.json("data", "latitude"));
    assertEquals(new JsonValue.Literal("0"), answer.json("data", "altitude"));
    assertEquals(
        "{\"model\":\"DJI-M300\",\"serial\":\"ABC123456\",\"range\":1.10e2}",
        answer.text("data", "metadata"));
    assertEquals(new JsonValue.Nothing(), answer.json("data", "components"));

    final String target =
        ENTITIES + "?org_id=" + orgId + "&entity_id=" + answer.text("data", "entity_id");
    final Answer again = fixture.call("GET", target, "");
    assertEquals(200, again.status());
    assertEquals(answer.text("data", "created_at"), again.text("data", "created_at"));
    assertEquals("{}", again.text("data", "components"));
    assertEquals("[]", again.text("data", "tags"));
  }

  @Test
  void shouldKeepWhatIsGivenBeyondTheContract() throws Exception {
    final String orgId = fixture.newOrganization();
    final Answer made =
        fixture.call(
            "POST",
            ENTITIES + "?org_id=" + orgId,
            """
            {"entity_type":"drone","name":"Ada","tags":["a"],"components":{"x":1},"heading":90,
             "velocity":2.5}
            """);
    assertEquals("Ada", made.text("data", "name"));
    final Answer kept =
        fixture.call(
            "GET",
            ENTITIES + "?org_id=" + orgId + "&entity_id=" + made.text("data", "entity_id"),
            "");
    assertEquals(made.json("data"), kept.json("data"));
    assertEquals("[\"a\"]", kept.text("data", "tags"));
    assertEquals(new JsonValue.Literal("2.5"), kept.json("data", "velocity"));
  }

  @Test
  void shouldListInPartsAndByStatusAndType() throws Exception {
    final String orgId = fixture.newOrganization();
    final String list = ENTITIES + "?org_id=" + orgId;
    for (int i = 0; i < 5; i++) {
      fixture.call(
          "POST", list, "{\"entity_type\":\"t%d\",\"status\":\"s%d\"}".formatted(i % 2, i % 3));
    }
    final Answer first = fixture.call("GET", list + "&limit=2", "");
    assertEquals(2, ((JsonValue.Items) first.json("data")).values().size());
    final String link = first.header("Link");
    assertTrue(link.endsWith(">; rel=\"next\""), link);
    final Answer second = fixture.call("GET", link.substring(1, link.indexOf('>')), "");
    assertEquals(2, ((JsonValue.Items) second.json("data")).values().size());
    assertNotEquals(first.body(), second.body());
    final Answer filtered = fixture.call("GET", list + "&type=t0&status=s0", "");
    assertEquals(1, ((JsonValue.Items) filtered.json("data")).values().size());
    assertEquals("", filtered.header("Link"));
  }

  @Test
  void shouldUpdateOnlyTheFlatKeys() throws Exception {
    final String orgId = fixture.newOrganization();
    final String entityId = fixture.newEntity(orgId);
    final String target = ENTITIES + "?org_id=" + orgId + "&entity_id=" + entityId;
    final Answer before = fixture.call("GET", target, "");
    final Answer answer =
        fixture.call(
            "PUT",
            target,
            """
            {"status":"active","is_live":true,"latitude":1.5,"longitude":-2,"altitude":3,
             "heading":360,
             "velocity":4,
             "tags":["a"],"components":{"x":[1,{"y":null}]},"name":"n",
             "position":{"latitude":9}}
            """);
    assertEquals(200, answer.status());
    assertEquals("active", answer.text("data", "status"));
    assertEquals(new JsonValue.Flag(true), answer.json("data", "is_live"));
    assertEquals(new JsonValue.Literal("1.5"), answer.json("data", "latitude"));
    assertEquals(new JsonValue.Literal("360"), answer.json("data", "heading"));
    assertEquals("n", answer.text("data", "name"));
    assertEquals("[\"a\"]", answer.text("data", "tags"));
    assertEquals("{\"x\":[1,{\"y\":null}]}", answer.text("data", "components"));
    assertEquals(before.json("data", "created_at"), answer.json("data", "created_at"));
    assertTrue(before.text("data", "updated_at").compareTo(answer.text("data", "updated_at")) < 0);
    assertEquals(answer.json("data"), fixture.call("GET", target, "").json("data"));

    final Answer touched = fixture.call("PUT", target, "{\"position\":{\"latitude\":9}}");
    assertEquals(200, touched.status());
    assertEquals(answer.json("data", "latitude"), touched.json("data", "latitude"));
    assertTrue(answer.text("data", "updated_at").compareTo(touched.text("data", "updated_at")) < 0);

    final Answer cleared = fixture.call("PUT", target, "{\"latitude\":null}");
    assertEquals(new JsonValue.Nothing(), cleared.json("data", "latitude"));
  }

  @Test
  void shouldDeleteAnEntity() throws Exception {
    final String orgId = fixture.newOrganization();
    final String target = ENTITIES + "?org_id=" + orgId + "&entity_id=" + fixture.newEntity(orgId);
    final Answer answer = fixture.call("DELETE", target, "");
    assertEquals(200, answer.status());
    assertEquals(
        "{\"success\":true,\"data\":{\"message\":\"Entity deleted successfully\"}}\n",
        answer.body());
    assertEquals("404 NOT_FOUND entity not found", fixture.call("DELETE", target, "").error());
    assertEquals("404 NOT_FOUND entity not found", fixture.call("GET", target, "").error());
    assertEquals(
        "404 NOT_FOUND entity not found",
        fixture.call("PUT", target, "{\"status\":\"active\"}").error());
  }

  @Test
  void shouldServeThePathStyleWithTheSameAnswers() throws Exception {
    final String below = ORGANIZATIONS + "/" + fixture.newOrganization() + "/entities";
    final Answer created = fixture.call("POST", below, "{\"entity_type\":\"robot\"}");
    assertEquals(201, created.status());
    final String target = below + "/" + created.text("data", "entity_id");
    assertEquals(200, fixture.call("PUT", target, "{\"status\":\"active\"}").status());
    assertEquals("active", fixture.call("GET", target, "").text("data", "status"));
    assertTrue(fixture.call("GET", below, "").body().contains("\"robot\""));
    assertEquals(200, fixture.call("DELETE", target, "").status());
  }

  @Test
  void shouldAnswerAnEmptyListWithBrackets() throws Exception {
    assertEquals(
        "{\"success\":true,\"data\":[]}\n",
        fixture.call("GET", ENTITIES + "?org_id=" + UNKNOWN, "").body());
  }

  @Test
  void shouldRefuseEveryWrongRequestInTheContractsWords() throws Exception {
    final String orgId = fixture.newOrganization();
    final String here = ENTITIES + "?org_id=" + orgId;
    final String entity = here + "&entity_id=" + fixture.newEntity(orgId);
    final String organizationField =
        "400 INVALID_REQUEST json: cannot unmarshal %s into Go struct field"
            + " CreateOrganizationRequest.%s of type %s";
    final List<Case> cases =
        List.of(
            new Case("POST", ORGANIZATIONS, "", "400 INVALID_REQUEST EOF"),
            new Case("POST", ORGANIZATIONS, "  \n", "400 INVALID_REQUEST EOF"),
            new Case("POST", ORGANIZATIONS, "{", "400 INVALID_REQUEST unexpected EOF"),
            new Case("POST", ORGANIZATIONS, "[", "400 INVALID_REQUEST unexpected EOF"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{bad",
                "400 INVALID_REQUEST invalid character 'b' looking for beginning of object key"
                    + " string"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"a\":1,}",
                "400 INVALID_REQUEST invalid character '}' looking for beginning of object key"
                    + " string"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"a\" 1}",
                "400 INVALID_REQUEST invalid character '1' after object key"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "nope",
                "400 INVALID_REQUEST invalid character 'o' in literal null (expecting 'u')"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "[]",
                "400 INVALID_REQUEST json: cannot unmarshal array into Go value of type"
                    + " ontology.CreateOrganizationRequest"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"name\":5}",
                organizationField.formatted("number", "name", "string")),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"name\":\"x\",\"org_type\":true}",
                organizationField.formatted("bool", "org_type", "string")),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"org_type\":\"ngo\",\"metadata\":\"x\"}",
                organizationField.formatted("string", "metadata", "map[string]interface {}")),
            new Case("POST", ORGANIZATIONS, "{}", "400 VALIDATION org_type is required"),
            new Case("POST", ORGANIZATIONS, "null", "400 VALIDATION org_type is required"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"org_type\":\"" + "x".repeat(65) + "\"}",
                "400 VALIDATION org_type too long: max=64, actual=65"),
            new Case(
                "POST",
                ORGANIZATIONS,
                "{\"org_type\":\"a\\u0000b\"}",
                "400 VALIDATION org_type contains control characters"),
            new Case(
                "GET",
                ORGANIZATIONS + "?org_id=" + UNKNOWN,
                "",
                "404 NOT_FOUND organization not found"),
            new Case("DELETE", ORGANIZATIONS, "", "405 METHOD_NOT_ALLOWED Method not allowed"),
            new Case("PATCH", ORGANIZATIONS, "", "405 METHOD_NOT_ALLOWED Method not allowed"),
            new Case("PATCH", ENTITIES, "", "405 METHOD_NOT_ALLOWED Method not allowed"),
            new Case("GET", ENTITIES, "", "400 MISSING_ORG_ID org_id is required"),
            new Case("POST", ENTITIES, "{", "400 MISSING_ORG_ID org_id is required"),
            new Case("PUT", here, "{}", "400 MISSING_PARAMS org_id and entity_id are required"),
            new Case("DELETE", here, "", "400 MISSING_PARAMS org_id and entity_id are required"),
            new Case("POST", here, "", "400 INVALID_REQUEST EOF"),
            new Case("POST", here, "{}", "400 VALIDATION entity_type is required"),
            new Case(
                "POST",
                here,
                "{\"entity_type\":\"drone\",\"position\":{\"latitude\":99}}",
                "400 VALIDATION latitude out of range: min=-90, max=90, actual=99"),
            new Case(
                "POST",
                here,
                "{\"entity_type\":\"drone\",\"position\":{\"latitude\":\"x\"}}",
                "400 INVALID_REQUEST json: cannot unmarshal string into Go struct field"
                    + " Position.position.latitude of type float64"),
            new Case(
                "POST",
                ENTITIES + "?org_id=" + UNKNOWN,
                "{\"entity_type\":\"drone\"}",
                "409 CONFLICT organization not found"),
            new Case("GET", here + "&entity_id=" + UNKNOWN, "", "404 NOT_FOUND entity not found"),
            new Case(
                "PUT",
                here + "&entity_id=" + UNKNOWN,
                "{\"status\":\"active\"}",
                "404 NOT_FOUND entity not found"),
            new Case("PUT", entity, "{}", "400 VALIDATION no updates provided"),
            new Case(
                "PUT",
                entity,
                "[1]",
                "400 INVALID_REQUEST json: cannot unmarshal array into Go value of type"
                    + " map[string]interface {}"),
            new Case(
                "PUT",
                entity,
                "{\"latitude\":\"x\"}",
                "400 VALIDATION latitude has the wrong type: wanted=number, actual=string"),
            new Case("PUT", entity, "{\"status\":\"\"}", "400 VALIDATION status is required"),
            new Case(
                "PUT",
                entity,
                "{\"metadata\":\"" + "x".repeat(200_000) + "\"}",
                "400 VALIDATION metadata too long: max=131072, actual=200002"));
    for (final Case wrong : cases) {
      final Answer answer = fixture.call(wrong.method(), wrong.target(), wrong.body());
      assertEquals(wrong.error(), answer.error(), wrong.toString());
      assertEquals(List.of("success", "error"), names(answer.json()), wrong.toString());
      assertEquals("application/json", answer.header("Content-Type"));
    }
  }

  @Test
  void shouldRefuseWhoDoesNotKnowTheToken() throws Exception {
    final Map<String, String> messages =
        Map.of(
            "",
            "Missing authorization header",
            "Bearer",
            "Invalid authorization format",
            "Basic " + ApiFixture.TOKEN,
            "Invalid authorization format",
            "Bearer a b",
            "Invalid authorization format",
            "Bearer wrong",
            "Invalid token");
    for (final var entry : messages.entrySet()) {
      final String[] headers =
          entry.getKey().isEmpty() ? new String[0] : new String[] {"Authorization", entry.getKey()};
      assertEquals(
          "401 UNAUTHORIZED " + entry.getValue(),
          fixture.call("GET", ORGANIZATIONS, "", headers).error());
    }
    assertEquals(
        200,
        fixture
            .call("GET", ORGANIZATIONS, "", "Authorization", "bEARER " + ApiFixture.TOKEN)
            .status());
    assertEquals(
        "405 METHOD_NOT_ALLOWED Method not allowed",
        fixture.call("DELETE", ORGANIZATIONS, "", new String[0]).error());
  }

  @Test
  void shouldAnswerEveryRouteForBrowsers() throws Exception {
    for (final String target : List.of(ORGANIZATIONS, ENTITIES, "/nowhere", "/health")) {
      final Answer options = fixture.call("OPTIONS", target, "", new String[0]);
      assertEquals(204, options.status());
      assertEquals("", options.body());
      for (final Answer answer : List.of(options, fixture.call("GET", target, ""))) {
        assertEquals("*", answer.header("Access-Control-Allow-Origin"));
        assertEquals(
            "GET, POST, PUT, DELETE, OPTIONS", answer.header("Access-Control-Allow-Methods"));
        assertEquals("Content-Type, Authorization", answer.header("Access-Control-Allow-Headers"));
        assertEquals("86400", answer.header("Access-Control-Max-Age"));
      }
    }
  }

  @Test
  void shouldAnswerUnknownPathsInPlainText() throws Exception {
    for (final String target : List.of("/", "/nowhere", ORGANIZATIONS + "/", "/health/")) {
      final Answer answer = fixture.call("GET", target, "");
      assertEquals(404, answer.status());
      assertEquals("404 page not found\n", answer.body());
      assertEquals("nosniff", answer.header("X-Content-Type-Options"));
      assertEquals("text/plain; charset=utf-8", answer.header("Content-Type"));
    }
  }

  @Test
  void shouldAnswerHealthForAllThreeContracts() throws Exception {
    for (final String method : List.of("GET", "POST")) {
      final Answer answer = fixture.call(method, "/health", "", new String[0]);
      assertEquals(200, answer.status());
      assertEquals(new JsonValue.Flag(true), answer.json("success"));
      assertEquals("healthy", answer.text("status"));
      assertEquals(new JsonValue.Flag(true), answer.json("healthy"));
      assertTrue(((JsonValue.Literal) answer.json("timestamp")).digits().matches("\\d{10}"));
      assertEquals("healthy", answer.text("data", "status"));
      assertEquals("constellation-api", answer.text("data", "service"));
      assertEquals("healthy", answer.text("data", "details", "database"));
      assertTrue(answer.text("data", "timestamp").endsWith("Z"));
    }
  }

  @Test
  void shouldPublishEachChangeOnceInOrder() throws Exception {
    final String orgId = fixture.newOrganization();
    final String subject = "constellation.entities." + orgId + ".";
    final String entityId = fixture.newEntity(orgId);
    final String target = ENTITIES + "?org_id=" + orgId + "&entity_id=" + entityId;
    fixture.call("PUT", target, "{\"priority\":\"low\"}");
    fixture.call("PUT", target, "{\"status\":\"active\"}");
    fixture.call("DELETE", target, "");
    await(() -> published(subject).size() == 5);
    final var events = published(subject);
    assertEquals(
        List.of("created", "updated", "updated", "status", "deleted"),
        events.stream().map(event -> event.subject().substring(subject.length())).toList());
    final List<String> types =
        List.of("created", "updated", "updated", "status_changed", "deleted");
    for (int i = 0; i < types.size(); i++) {
      final JsonValue json = ApiFixture.parse(events.get(i).payload());
      assertTrue(events.get(i).messageId().matches(entityId + "-" + types.get(i) + "-\\d{19}"));
      assertEquals(List.of("id", "type", "subject", "data", "timestamp", "source"), names(json));
      assertEquals(new JsonValue.Text(types.get(i)), ApiFixture.at(json, "type"));
      assertEquals(new JsonValue.Text(events.get(i).subject()), ApiFixture.at(json, "subject"));
      assertEquals(new JsonValue.Text("entity-service"), ApiFixture.at(json, "source"));
      assertEquals(new JsonValue.Text(entityId), ApiFixture.at(json, "data", "entity_id"));
      final boolean hasEntity = i < 3;
      assertEquals(hasEntity, names(ApiFixture.at(json, "data")).contains("entity"));
      assertTrue(i == 0 || events.get(i).outboxId() > events.get(i - 1).outboxId());
    }
    await(() -> waiting() == 0);
  }

  @Test
  void shouldPublishNothingForARefusedChange() throws Exception {
    final String orgId = fixture.newOrganization();
    fixture.call("POST", ENTITIES + "?org_id=" + orgId, "{}");
    fixture.call("DELETE", ENTITIES + "?org_id=" + orgId + "&entity_id=" + UNKNOWN, "");
    assertFalse(
        fixture.fabric().publications().stream().anyMatch(p -> p.subject().contains(orgId)));
    assertEquals(0, waiting());
  }

  private static int waiting() {
    return fixture.database().read(new OutboxRepository()::count);
  }

  private static List<Publication> published(final String subject) {
    return fixture.fabric().publications().stream()
        .filter(publication -> publication.subject().startsWith(subject))
        .toList();
  }

  private static void await(final BooleanSupplier condition) throws InterruptedException {
    final long deadline = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "did not happen");
      Thread.sleep(5);
    }
  }

  private static List<String> names(final JsonValue value) {
    return ((JsonValue.Members) value).members().stream().map(JsonValue.Member::name).toList();
  }

  private record Case(String method, String target, String body, String error) {}
}
