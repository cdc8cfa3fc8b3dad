package io.mothership.api.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.api.testkit.Contract.Exchange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a test would miss without the contract is seen: each thing that can be wrong, once. */
final class ContractTest {
  private static final Contract CONTRACT =
      Contract.of(
          """
          {"paths":{
            "/things":{
              "post":{
                "parameters":[
                  {"name":"org","in":"query","required":true,"schema":{"type":"string"}},
                  {"name":"limit","in":"query","schema":{"type":"integer","maximum":10}}],
                "requestBody":{"required":true,"content":{"application/json":{
                  "schema":{"$ref":"#/components/schemas/Draft"}}}},
                "responses":{"201":{"$ref":"#/components/responses/Thing"}}}},
            "/things/all":{"get":{"responses":{
              "200":{"content":{"application/x-ndjson":{
                "schema":{"$ref":"#/components/schemas/Thing"}}}}}}},
            "/things/{id}":{
              "parameters":[
                {"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}}],
              "get":{"responses":{"200":{"$ref":"#/components/responses/Thing"}}},
              "delete":{"responses":{"204":{}}}}},
           "components":{
            "responses":{"Thing":{
              "headers":{"ETag":{"required":true,"schema":{"type":"string","pattern":"^[0-9]+$"}}},
              "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}}},
            "schemas":{
              "Draft":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}},
              "Thing":{
                "allOf":[{"$ref":"#/components/schemas/Draft"}],
                "required":["at"],
                "properties":{
                  "at":{"type":"string","format":"date-time"},
                  "size":{"oneOf":[{"type":"null"},{"type":"integer"}]},
                  "tags":{"type":"object","additionalProperties":{"type":"string"}},
                  "parts":{"type":"array","items":{"$ref":"#/components/schemas/Draft"}}}}}}}
          """
              .getBytes(StandardCharsets.UTF_8));
  private static final String THING =
      "{\"name\":\"a\",\"at\":\"2026-01-02T03:04:05.6Z\",\"size\":null,\"tags\":{\"x\":\"y\"},"
          + "\"parts\":[{\"name\":\"b\"}]}";
  private static final Map<String, String> HEADERS =
      Map.of("content-type", "application/json; charset=utf-8", "etag", "17");

  @Test
  void shouldFindNothingInWhatIsDocumented() {
    assertEquals(List.of(), answer("GET", "/things/1", 200, HEADERS, THING));
    assertEquals(List.of(), answer("DELETE", "/things/1", 204, Map.of(), ""));
    assertEquals(List.of(), answer("HEAD", "/things/1", 200, HEADERS, ""));
    assertEquals(List.of(), answer("GET", "/nowhere", 404, Map.of(), "404 page not found"));
    assertEquals(List.of(), answer("PATCH", "/things/1", 405, Map.of(), ""));
    assertEquals(List.of(), request(Map.of("org", "o", "limit", "10"), "{\"name\":\"a\",\"x\":1}"));
    final String id = "3f8f9a52-7a4c-4a1b-9a20-6d6a3d5e0001";
    assertEquals(List.of(), CONTRACT.requestViolations(exchange("GET", "/things/" + id, "")));
  }

  @Test
  void shouldSeeWhatAnAnswerMustNotBe() {
    assertEquals(
        List.of("status 202 is not documented"), answer("GET", "/things/1", 202, HEADERS, THING));
    assertEquals(
        List.of("no operation, answered 200"), answer("GET", "/nowhere", 200, HEADERS, THING));
    assertEquals(
        List.of("header ETag is missing"),
        answer("GET", "/things/1", 200, Map.of("content-type", "application/json"), THING));
    assertEquals(
        1,
        answer(
                "GET",
                "/things/1",
                200,
                Map.of("content-type", "application/json", "etag", "x"),
                THING)
            .size());
    assertEquals(
        List.of("content type 'text/plain' is not documented"),
        answer("GET", "/things/1", 200, Map.of("content-type", "text/plain", "etag", "1"), THING));
    assertEquals(
        List.of("a body of 1 bytes where none is documented"),
        answer("DELETE", "/things/1", 204, Map.of(), "x"));
    assertEquals(
        List.of("body is not JSON: unexpected EOF"), answer("GET", "/things/1", 200, HEADERS, "{"));
  }

  @Test
  void shouldSeeWhatABodyMustNotHave() {
    for (final String wrong :
        List.of(
            THING.replace("2026-01-02T", "2026-01-02 "),
            THING.replace("null", "1.5"),
            THING.replace("\"y\"", "1"),
            THING.replace("\"at\"", "\"then\""),
            THING.replace("{\"name\":\"a\",", "{"),
            THING.replace("{\"name\":\"a\",", "{\"name\":\"a\",\"more\":1,"),
            THING.replace("{\"name\":\"b\"", "{\"name\":\"b\",\"more\":1"))) {
      final List<String> found = answer("GET", "/things/1", 200, HEADERS, wrong);
      assertEquals(false, found.isEmpty(), wrong);
      final Map<String, String> lines = Map.of("content-type", "application/x-ndjson");
      assertEquals(
          false, answer("GET", "/things/all", 200, lines, THING + "\n" + wrong).isEmpty(), wrong);
    }
  }

  @Test
  void shouldSeeWhatARequestMustNotBe() {
    final String body = "{\"name\":\"a\"}";
    assertEquals(List.of("query org is missing"), request(Map.of(), body));
    assertEquals(1, request(Map.of("org", "o", "limit", "11"), body).size());
    assertEquals(1, request(Map.of("org", "o", "limit", "x"), body).size());
    assertEquals(
        List.of("query colour is not documented"),
        request(Map.of("org", "o", "colour", "red"), body));
    assertEquals(List.of("the request body is missing"), request(Map.of("org", "o"), ""));
    assertEquals(1, request(Map.of("org", "o"), "{\"name\":1}").size());
    assertEquals(1, CONTRACT.requestViolations(exchange("GET", "/things/1", "")).size());
    assertEquals(
        List.of("a request body where none is documented"),
        CONTRACT.requestViolations(exchange("GET", "/things/all", "{}")));
  }

  private static List<String> answer(
      final String method,
      final String path,
      final int status,
      final Map<String, String> headers,
      final String body) {
    return CONTRACT.answerViolations(
        new Exchange(
            method,
            path,
            Map.of(),
            Map.of(),
            new byte[0],
            status,
            headers,
            body.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> request(final Map<String, String> query, final String body) {
    return CONTRACT.requestViolations(
        new Exchange(
            "POST",
            "/things",
            query,
            Map.of(),
            body.getBytes(StandardCharsets.UTF_8),
            201,
            Map.of(),
            new byte[0]));
  }

  private static Exchange exchange(final String method, final String path, final String body) {
    return new Exchange(
        method,
        path,
        Map.of(),
        Map.of(),
        body.getBytes(StandardCharsets.UTF_8),
        200,
        Map.of(),
        new byte[0]);
  }
}
