package io.mothership.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonTest {

  @Test
  void shouldReadWhatItWrote() {
    final String text =
        "{\"a\":1,\"b\":\"x\\u003cy\\n\",\"c\":[1,\"2\",true,{}],\"d\":{\"e\":1.5}}";
    final JsonObject json = parse(text);
    assertEquals(1, json.number("a", 0));
    assertEquals("x<y\n", json.string("b", ""));
    assertEquals(List.of(1L, "2", true, 4), replaceLast(json.array("c")));
    final JsonText again = new JsonText().object();
    json.members().forEach(again::value);
    assertEquals(text, new String(again.end().bytes(), StandardCharsets.UTF_8));
  }

  private static List<Object> replaceLast(final List<Object> items) {
    return List.of(items.get(0), items.get(1), items.get(2), items.size());
  }

  @Test
  void shouldTakeNullForAbsent() {
    assertEquals(7, parse("{\"a\":null}").number("a", 7));
  }

  @Test
  void shouldRefuseWhatIsNoObjectOrTooDeep() {
    for (final String text :
        List.of(
            "",
            "[]",
            "1",
            "{",
            "{}{}",
            "{\"a\":}",
            "{\"a\":99999999999999999999}",
            "{\"a\":".repeat(65) + "1" + "}".repeat(65))) {
      assertThrows(JsonException.class, () -> parse(text), text);
    }
    assertThrows(JsonException.class, () -> parse("{\"a\":\"1\"}").number("a", 0));
    assertThrows(JsonException.class, () -> parse("{\"a\":-1}").count("a", 0));
    assertThrows(JsonException.class, () -> parse("{\"a\":[1]}").strings("a"));
  }

  private static JsonObject parse(final String text) {
    return JsonReader.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
