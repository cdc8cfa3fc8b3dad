package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/** The dialogues recorded from nats-server, sent whole and in pieces. */
final class NatsTranscriptTest {
  private static final int SPLIT_LENGTH_MAX = 400;
  private static final int SEEDS = 20;
  private static NatsHarness harness;

  @BeforeAll
  static void open() {
    harness = new NatsHarness();
  }

  @AfterAll
  static void close() {
    harness.close();
  }

  @TestFactory
  Stream<DynamicNode> shouldAnswerLikeNatsServer() {
    return configs().entrySet().stream()
        .map(
            file -> {
              final List<Transcript> dialogues = Transcript.read(file.getKey());
              assertFalse(dialogues.isEmpty());
              return dynamicContainer(
                  file.getKey(),
                  dialogues.stream()
                      .map(
                          dialogue ->
                              dynamicTest(
                                  dialogue.title(), () -> check(dialogue, file.getValue()))));
            });
  }

  private static Map<String, NatsConfig> configs() {
    final SubjectRules bobs =
        new SubjectRules(
            List.of("ok.>", "_INBOX.>"),
            List.of("ok.secret"),
            List.of("in.*", "in.deep.>", "jobs workers"),
            List.of("in.deep.secret", "in.hidden"));
    final SubjectRules guests =
        new SubjectRules(List.of("open.>"), List.of(), List.of("open.>"), List.of());
    final NatsUser alice = new NatsUser("alice", "s3cret");
    return new TreeMap<>(
        Map.of(
            "operations", new NatsConfig(),
            "connect", new NatsConfig(),
            "malformed", new NatsConfig(),
            "users", new NatsConfig().logins(NatsLogins.of(alice, new NatsUser("bob", "bb", bobs))),
            "token", new NatsConfig().logins(NatsLogins.ofToken("t0ken")),
            "anonymous",
                new NatsConfig()
                    .logins(
                        new NatsLogins(
                            List.of(alice, new NatsUser("guest", "gg", guests)), "", "guest")),
            "limits",
                new NatsConfig().payloadBytesMax(16).controlLineBytesMax(256).subscriptionsMax(2)));
  }

  private static void check(final Transcript dialogue, final NatsConfig config) {
    final int length = dialogue.sent().length;
    check(dialogue, config, "whole", length);
    check(dialogue, config, "byte by byte", 1);
    for (int at = 1; at < length && length <= SPLIT_LENGTH_MAX; at++) {
      check(dialogue, config, "split at " + at, at, length - at);
    }
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      check(dialogue, config, "seed " + seed, random.ints(64, 1, 200).toArray());
    }
  }

  /** Sends pieces of these lengths, over and over until everything is sent. */
  private static void check(
      final Transcript dialogue, final NatsConfig config, final String how, final int... lengths) {
    try (NatsHarness.Client client = harness.connect(config)) {
      int at = 0;
      for (int i = 0; at < dialogue.sent().length; i++) {
        final int piece = Math.min(lengths[i % lengths.length], dialogue.sent().length - at);
        client.send(dialogue.sent(), at, piece);
        at += piece;
      }
      final String received = client.received();
      assertTrue(
          dialogue.expected().matcher(received).matches(),
          () -> how + "\nexpected: " + dialogue.expected() + "\nreceived: " + received);
      assertEquals(dialogue.isClosed(), client.isClosed(), how);
    }
    assertEquals(0, harness.registry().count(), how);
  }
}
