package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mothership.security.SubjectRules;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Bytes of strangers: however they are cut into reads, the same answers and the same messages come
 * of them, nothing escapes, and what is kept is bounded by what was sent.
 */
final class NatsDecoderFuzzTest {
  private static final String QUIET = "CONNECT {\"verbose\":false,\"headers\":true}\r\n";
  private static final int PIECE_MAX = 16;
  private static final int KEPT_BYTES_MIN = 1024;

  private final NatsHarness harness = new NatsHarness();
  private final NatsConfig open = new NatsConfig();
  private final NatsConfig guarded =
      new NatsConfig()
          .logins(
              new NatsLogins(
                  List.of(
                      new NatsUser(
                          "u",
                          "p",
                          new SubjectRules(
                              List.of("a.>", "b"), List.of("a.no"), List.of(">"), List.of("c")))),
                  "",
                  ""));
  private NatsHarness.Client observer;

  @BeforeEach
  void observe() {
    observer = harness.connect(open);
    observer.send(QUIET + "SUB > 1\r\n");
    observer.received();
  }

  @AfterEach
  void close() {
    observer.close();
    assertEquals(0, harness.registry().count());
    harness.close();
  }

  @FuzzTest
  void shouldGiveTheSameEventsHoweverItIsSplit(final byte[] input) {
    if (input.length < 2) {
      return;
    }
    final NatsConfig config = input[0] % 2 == 0 ? open : guarded;
    final int piece = 1 + (input[1] & 0xFF) % PIECE_MAX;
    final String whole = events(config, input, input.length);
    assertEquals(whole, events(config, input, 1));
    assertEquals(whole, events(config, input, piece));
    assertEquals(0, harness.counters().errors(NatsErrors.INTERNAL));
  }

  /** What the client got, what became of it, and what the observer saw. */
  private String events(final NatsConfig config, final byte[] input, final int piece) {
    try (NatsHarness.Client client = harness.connect(config)) {
      for (int at = 2; at < input.length; at += piece) {
        client.send(input, at, Math.min(piece, input.length - at));
        final int kept = client.connection().decoder().keptBytes();
        assertTrue(kept <= Math.max(KEPT_BYTES_MIN, 4 * input.length), () -> "kept: " + kept);
      }
      return stable(client.received())
          + (client.isClosed() ? " closed\n" : " open\n")
          + stable(observer.received());
    }
  }

  /** Without connection ids, and without the member of a queue group that chance chose. */
  private static String stable(final String answers) {
    return answers
        .replaceAll("INFO \\{[^\r]*", "INFO")
        .replaceAll("(?m)^(H?MSG \\S+) \\S+", "$1 sid");
  }
}
