package io.mothership.jetstream.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.Slice;
import io.mothership.jetstream.model.ConsumerDuration;
import io.mothership.json.JsonException;
import org.junit.jupiter.api.Test;

/** Bodies of pull requests and acknowledgements. */
class PullDecoderTest {
  private final PullDecoder decoder = new PullDecoder();

  private PullDecoder decode(final String body) {
    decoder.decode(Slice.of(body));
    return decoder;
  }

  @Test
  void shouldReadWhatClientsSend() {
    assertEquals(1, decode("").batch());
    assertEquals(1, decode("  ").batch());
    assertEquals(5, decode("5").batch());
    assertEquals(12, decode(" 12 ").batch());
    assertEquals(1, decode("many").batch());
    assertEquals(0, decode("{}").batch());
    decode(
        " {\"batch\":5, \"max_bytes\" : 7 ,\"expires\":690000000,\"no_wait\":true,"
            + "\"idle_heartbeat\":100000000,\"min_pending\":3,\"priority\":2} ");
    assertEquals(5, decoder.batch());
    assertEquals(7, decoder.bytesMax());
    assertEquals(690_000_000, decoder.expiresNs());
    assertTrue(decoder.isNoWait());
    assertEquals(100_000_000, decoder.heartbeatNs());
    assertEquals(3, decoder.minPending());
    assertEquals(2, decoder.priority());
    assertFalse(decode("{\"batch\":-1,\"no_wait\":false}").isNoWait());
    assertEquals(-1, decoder.batch());
  }

  @Test
  void shouldReadTheUnusualToo() {
    decode("{\"group\":\"g\",\"id\":\"pin\",\"b\\u0061tch\":4,\"other\":[1,{}],\"no_wait\":null}");
    assertEquals("g", decoder.group());
    assertEquals("pin", decoder.pinId());
    assertEquals(4, decoder.batch());
    assertFalse(decoder.isNoWait());
    assertEquals("", decode("{\"batch\":1}").group());
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    for (final String body :
        new String[] {
          "{", "{bad", "{\"batch\":\"x\"}", "{\"batch\":1}}", "{\"batch\":1,}", "{\"no_wait\":1}"
        }) {
      assertThrows(JsonException.class, () -> decode(body), body);
    }
    assertEquals(
        "heartbeat value too large",
        assertThrows(JsonException.class, () -> decode("{\"expires\":500,\"idle_heartbeat\":251}"))
            .getMessage());
  }

  @Test
  void shouldReadAcknowledgements() {
    final AckView view = new AckView();
    assertTrue(view.wrap(Slice.of("$JS.ACK.S.c.2.17.23.1795215942099745221.4")));
    assertEquals(2, view.deliveries());
    assertEquals(17, view.streamSequence());
    assertEquals(23, view.consumerSequence());
    assertFalse(view.wrap(Slice.of("$JS.ACK.S.c.2.17.x.1795215942099745221.4")));
    assertFalse(view.wrap(Slice.of("1.2.3.4")));
    assertFalse(view.wrap(Slice.of("$JS.ACK.S.c.2.17..1.4")));
    assertFalse(view.wrap(Slice.of("$JS.ACK.S.c.1.1.1.1.99999999999999999999")));
    assertEquals(AckView.Verb.ACK, AckView.verb(Slice.of("")));
    assertEquals(AckView.Verb.ACK, AckView.verb(Slice.of("+OK")));
    assertEquals(AckView.Verb.NAK, AckView.verb(Slice.of("-NAK {\"delay\":1}")));
    assertEquals(AckView.Verb.PROGRESS, AckView.verb(Slice.of("+WPI")));
    assertEquals(AckView.Verb.TERM, AckView.verb(Slice.of("+TERM why")));
    assertEquals(AckView.Verb.NEXT, AckView.verb(Slice.of("+NXT 5")));
    assertEquals(AckView.Verb.UNKNOWN, AckView.verb(Slice.of("+ACKED")));
    final Slice argument = new Slice();
    AckView.argument(AckView.Verb.TERM, Slice.of("+TERM  why "), argument);
    assertEquals("why", argument.toString());
  }

  @Test
  void shouldWriteDurationsAsGoDoes() {
    assertEquals("0s", ConsumerDuration.text(0));
    assertEquals("2s", ConsumerDuration.text(2_000_000_000L));
    assertEquals("1m30s", ConsumerDuration.text(90_000_000_000L));
    assertEquals("1h0m0.5s", ConsumerDuration.text(3_600_500_000_000L));
    assertEquals("1.5ms", ConsumerDuration.text(1_500_000L));
    assertEquals("12ns", ConsumerDuration.text(12));
  }
}
