package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.ServiceException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FieldsTest {
  private enum Colour {
    RED,
    LIGHT_BLUE
  }

  @Test
  void shouldReadWhatKeepsToTheRules() {
    final Fields fields =
        fields(
            """
            {"name":"Perimeter","id":"a-1_B","speed":1.5,"count":7,"on":true,"at":"2025-01-02T03:04:05",
             "until":"2025-01-02T03:04:05.5+02:00","url":"https://host:1/x?y=z","colour":"light_blue",
             "tags":["a","b"],"headers":{"X-A":"1"},"any":{"z":[1,null]},"gone":null,
             "place":{"lat":9},"stops":[{"n":"x"},{"n":"y"}]}
            """);
    assertEquals("Perimeter", fields.required("name", Rules.name(100)));
    assertEquals("a-1_B", fields.required("id", Rules.id()));
    assertEquals(1.5, fields.required("speed", Rules.number(0, 15)));
    assertEquals(7, fields.required("count", Rules.integer(1, 10)));
    assertEquals(Optional.of(true), fields.optional("on", Rules.flag()));
    assertEquals(Instant.parse("2025-01-02T03:04:05Z"), fields.required("at", Rules.time()));
    assertEquals(Instant.parse("2025-01-02T01:04:05.5Z"), fields.required("until", Rules.time()));
    assertEquals(
        URI.create("https://host:1/x?y=z"), fields.required("url", Rules.url(List.of("https"))));
    assertEquals(Colour.LIGHT_BLUE, fields.required("colour", Rules.oneOf(Colour.class)));
    assertEquals(List.of("a", "b"), fields.required("tags", Rules.list(Rules.word(), 0, 5)));
    assertEquals(
        Map.of("X-A", "1"), fields.required("headers", Rules.map(Rules.text(0, 9), 5, 64)));
    assertEquals("{\"z\":[1,null]}", fields.required("any", Rules.document(100)));
    assertEquals(Optional.empty(), fields.optional("gone", Rules.word()));
    assertTrue(fields.has("gone"));
    assertEquals(Optional.empty(), fields.optional("absent", Rules.word()));
    assertEquals(9.0, fields.nested("place").orElseThrow().required("lat", Rules.number(-90, 90)));
    assertEquals(
        List.of("x", "y"), fields.objects("stops", 1, 2, stop -> stop.required("n", Rules.word())));
    fields.done();
  }

  @Test
  void shouldTellEveryProblemAtOnce() {
    final Fields fields =
        fields(
            """
            {"name":"  ","speed":99,"count":1.5,"at":"yesterday\\u001b[31m","url":"http://x","colour":"green",
             "tags":["a",5],"place":{"lat":"x"},"stops":[{"n":"x","m":1},7,{}],"extra":1,"long":"xxxx"}
            """);
    fields.required("name", Rules.name(100));
    fields.required("speed", Rules.number(0, 15));
    fields.required("count", Rules.integer(1, 10));
    fields.required("at", Rules.time());
    fields.required("url", Rules.url(List.of("https")));
    fields.required("colour", Rules.oneOf(Colour.class));
    fields.required("tags", Rules.list(Rules.word(), 0, 5));
    fields.nested("place").orElseThrow().required("lat", Rules.number(-90, 90));
    fields.objects("stops", 1, 5, stop -> stop.required("n", Rules.word()));
    fields.required("missing", Rules.word());
    fields.required("long", Rules.text(0, 3));
    final ServiceException refused = assertThrows(ServiceException.class, fields::done);
    assertEquals("VALIDATION", refused.code());
    assertEquals("name must not be blank", refused.getMessage());
    assertEquals(
        List.of(
            "name must not be blank",
            "speed out of range: min=0, max=15, actual=99",
            "count must be a whole number: actual=1.5",
            "at contains control characters",
            "url must begin with https:// and a host: actual=http://x",
            "colour must be one of red|light_blue: actual=green",
            "tags[1] has the wrong type: wanted=string, actual=number",
            "place.lat must be a number: actual=x",
            "stops[0].m is not known here",
            "stops[1] has the wrong type: wanted=object, actual=number",
            "stops[2].n is required",
            "missing is required",
            "long too long: max=3, actual=4",
            "extra is not known here"),
        messages(refused));
  }

  @Test
  void shouldPassOverWhatIsUnknownWhereTheVocabularyIsOpen() {
    final Fields fields = fields("{\"a\":1,\"b\":2}");
    fields.required("a", Rules.integer(0, 9));
    fields.doneLoosely();
    assertThrows(ServiceException.class, fields::done);
  }

  @Test
  void shouldBoundLists() {
    final Fields fields = fields("{\"a\":[1,2,3],\"b\":[]}");
    fields.required("a", Rules.list(Rules.integer(0, 9), 0, 2));
    fields.objects("b", 1, 2, item -> item);
    assertEquals(
        List.of(
            "a has the wrong number of items: min=0, max=2, actual=3",
            "b has the wrong number of items: min=1, max=2, actual=0"),
        messages(assertThrows(ServiceException.class, fields::done)));
  }

  @Test
  void shouldTellWhatADomainObjectRefuses() {
    final Fields fields = fields("{\"a\":[{\"x\":1},{\"x\":2}]}");
    final List<Long> read =
        fields.objects(
            "a",
            0,
            9,
            item -> {
              final long x = item.required("x", Rules.integer(0, 9));
              if (x == 2) {
                throw new IllegalArgumentException("two is taken");
              }
              return x;
            });
    assertEquals(List.of(1L), read);
    assertEquals(
        List.of("a[1]: two is taken"),
        messages(assertThrows(ServiceException.class, fields::done)));
  }

  @Test
  void shouldSayPlainlyWhatIsNoBody() {
    assertEquals("the body is empty; JSON is wanted", refusal(""));
    assertEquals("the body is not JSON that is understood here: byte=1, length=4", refusal("{bad"));
    assertEquals("the body is not JSON that is understood here: byte=3, length=4", refusal("{} x"));
    assertEquals("the body must be a JSON object: actual=array", refusal("[1]"));
  }

  private static String refusal(final String text) {
    return assertThrows(ServiceException.class, () -> fields(text)).getMessage();
  }

  private static List<?> messages(final ServiceException refused) {
    return ((List<?>) refused.details().get("problems"))
        .stream().map(problem -> ((Map<?, ?>) problem).get("message")).toList();
  }

  private static Fields fields(final String json) {
    return new Body(json.getBytes(StandardCharsets.UTF_8)).fields();
  }
}
