package io.mothership.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class JsonTreeTest {

  @Test
  void shouldKeepEveryValueAsWritten() throws Exception {
    for (final String text :
        List.of(
            "{\"a\":1.50,\"b\":[true,false,null,-0,1E+400],\"c\":{\"\":\"\u00e9\ud83d\ude80\"}}",
            "[]",
            "{}",
            "\"x\"",
            "12345678901234567890123456789",
            "null")) {
      assertEquals(text, new JsonWriter().value(parse(text)).toString());
    }
  }

  @Test
  void shouldReadOnlyTheFirstValue() throws Exception {
    assertEquals(new JsonValue.Literal("1"), parse(" 1 }"));
    assertEquals(new JsonValue.Members(List.of()), parse("{}garbage"));
  }

  @Test
  void shouldLetTheLastOfARepeatedNameCount() throws Exception {
    final JsonValue.Members members = (JsonValue.Members) parse("{\"a\":1,\"a\":2,\"A\":null}");
    assertEquals(new JsonValue.Literal("2"), members.find("a").orElseThrow());
    assertEquals(new JsonValue.Literal("2"), members.findLoosely("A").orElseThrow());
  }

  @Test
  void shouldReplaceHalfASurrogatePair() throws Exception {
    assertEquals(new JsonValue.Text("a\ufffdb"), parse("\"a\\ud800b\""));
  }

  @Test
  void shouldWordErrorsAsClientsKnowThem() {
    final String[][] cases = {
      {"", "EOF"},
      {" \t\r\n", "EOF"},
      {"{", "unexpected EOF"},
      {"{\"a", "unexpected EOF"},
      {"{\"a\"", "unexpected EOF"},
      {"[1,", "unexpected EOF"},
      {"tru", "unexpected EOF"},
      {"-", "unexpected EOF"},
      {"\"\\", "unexpected EOF"},
      {"]", "invalid character ']' looking for beginning of value"},
      {"[1,]", "invalid character ']' looking for beginning of value"},
      {"[1 2]", "invalid character '2' after array element"},
      {"{a", "invalid character 'a' looking for beginning of object key string"},
      {"{\"a\":1 \"b\"", "invalid character '\"' after object key:value pair"},
      {"{\"a\",", "invalid character ',' after object key"},
      {"'", "invalid character '\\'' looking for beginning of value"},
      {"\"a\nb\"", "invalid character '\\n' in string literal"},
      {"\"\u0001\"", "invalid character '\\x01' in string literal"},
      {"\"\\x\"", "invalid character 'x' in string escape code"},
      {"\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"},
      {"-a", "invalid character 'a' in numeric literal"},
      {"1.x", "invalid character 'x' after decimal point in numeric literal"},
      {"1ex", "invalid character 'x' in exponent of numeric literal"},
      {"falze", "invalid character 'z' in literal false (expecting 's')"},
      {"\u00e9", "invalid character '\u00c3' looking for beginning of value"},
      {"[".repeat(65), "exceeded max depth"},
    };
    for (final String[] wrong : cases) {
      final JsonSyntaxException e =
          assertThrows(JsonSyntaxException.class, () -> parse(wrong[0]), wrong[0]);
      assertEquals(wrong[1], e.getMessage());
    }
  }

  @Test
  void shouldRefuseBytesThatAreNotUtf8() {
    for (final byte[] wrong :
        new byte[][] {
          {'"', (byte) 0xC3, '"'},
          {'"', (byte) 0xFF, '"'},
          {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'}
        }) {
      assertEquals(
          "invalid UTF-8 in JSON text",
          assertThrows(JsonSyntaxException.class, () -> JsonTree.parse(wrong)).getMessage());
    }
  }

  @Test
  void shouldAnswerAnyBytesWithAValueOrAnError() {
    final long seed = 20260101L;
    final Random random = new Random(seed);
    final byte[] alphabet =
        "{}[]\",:truefalsn0123.-+eE\\u \n\u00e9".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 200_000; i++) {
      final byte[] text = new byte[random.nextInt(12)];
      for (int j = 0; j < text.length; j++) {
        text[j] = alphabet[random.nextInt(alphabet.length)];
      }
      try {
        final JsonValue value = JsonTree.parse(text);
        assertEquals(value, JsonTree.parse(new JsonWriter().value(value).toBytes()));
      } catch (final JsonSyntaxException e) {
        assertEquals(false, e.getMessage().isEmpty());
      }
    }
  }

  private static JsonValue parse(final String text) throws JsonSyntaxException {
    return JsonTree.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
