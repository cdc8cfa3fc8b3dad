package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JsonTextTest {

  @Test
  void shouldReadWhatItWrites() throws IOException {
    final Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", "Čerknica \"lake\"\n");
    object.put("whole", 7);
    object.put("real", -0.00192);
    object.put("flag", true);
    object.put("list", List.of(1, "a", List.of()));
    object.put("map", Map.of("k", Map.of()));

    assertEquals(object, JsonText.readObject(JsonText.write(object)));
  }

  @Test
  void shouldWriteWhatIsNoNumberAsNullAndLeaveNullOutWhenReading() throws IOException {
    final byte[] text = JsonText.write(Map.of("x", Double.NaN));

    assertEquals("{\"x\":null}", new String(text, StandardCharsets.UTF_8));
    assertEquals(Map.of(), JsonText.readObject(text));
  }

  @Test
  void shouldRefuseWhatIsNoSingleObject() {
    for (final String text :
        List.of("", "[]", "7", "{", "{\"a\":", "{\"a\":1}x", "{\"a\":1} {}", "{bad", "{\"a\":[1")) {
      assertThrows(
          IOException.class,
          () -> JsonText.readObject(text.getBytes(StandardCharsets.UTF_8)),
          text);
    }
  }

  @Test
  void shouldRefuseToWriteWhatHasNoJsonForm() {
    assertThrows(IllegalArgumentException.class, () -> JsonText.write(Map.of("x", new Object())));
  }

  @Test
  void shouldTellAcknowledgementsApart() throws IOException {
    final Link.PublishAck stored = ack("{\"stream\":\"S\", \"domain\":\"c\", \"seq\":1}");
    final Link.PublishAck again = ack("{\"stream\":\"S\", \"seq\":1, \"duplicate\": true}");
    final Link.PublishAck full =
        ack(
            "{\"error\":{\"code\":503,\"err_code\":10077,\"description\":\"maximum messages"
                + " exceeded\"},\"stream\":\"S\",\"seq\":0}");
    final Link.PublishAck large =
        ack("{\"error\":{\"code\":400,\"err_code\":10054,\"description\":\"too big\"}}");

    assertEquals(0, stored.errorCode());
    assertFalse(stored.isDuplicate());
    assertTrue(again.isDuplicate());
    assertTrue(full.isTemporary());
    assertEquals(400, large.errorCode());
    assertFalse(large.isTemporary());
    assertEquals("too big (10054)", large.errorText());
    assertThrows(IOException.class, () -> ack("{}"));
    assertThrows(IOException.class, () -> ack("+OK"));
  }

  private static Link.PublishAck ack(final String text) throws IOException {
    return Link.PublishAck.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
