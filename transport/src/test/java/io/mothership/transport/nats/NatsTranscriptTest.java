package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.security.SubjectRules;
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
  private static NatsHarness limited;

  @BeforeAll
  static void open() {
    harness = new NatsHarness();
    limited =
        new NatsHarness(
            SpineConfig.of(Threading.INVOKER, 1024 * 1024).withSubscriptions(2, 64 * 1024));
  }

  @AfterAll
  static void close() {
    harness.close();
    limited.close();
  }

  @TestFactory
  Stream<DynamicNode> shouldAnswerLikeNatsServer() {
    return servers().entrySet().stream()
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

  private static Map<String, Server> servers() {
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
            "operations", new Server(harness, new NatsConfig()),
            "connect", new Server(harness, new NatsConfig()),
            "malformed", new Server(harness, new NatsConfig()),
            "users",
                new Server(
                    harness,
                    new NatsConfig().logins(NatsLogins.of(alice, new NatsUser("bob", "bb", bobs)))),
            "token", new Server(harness, new NatsConfig().logins(NatsLogins.ofToken("t0ken"))),
            "anonymous",
                new Server(
                    harness,
                    new NatsConfig()
                        .logins(
                            new NatsLogins(
                                List.of(alice, new NatsUser("guest", "gg", guests)), "", "guest"))),
            "limits",
                new Server(
                    limited, new NatsConfig().payloadBytesMax(16).controlLineBytesMax(256))));
  }

  private record Server(NatsHarness harness, NatsConfig config) {}

  private static void check(final Transcript dialogue, final Server server) {
    final int length = dialogue.sent().length;
    check(dialogue, server, "whole", length);
    check(dialogue, server, "byte by byte", 1);
    for (int at = 1; at < length && length <= SPLIT_LENGTH_MAX; at++) {
      check(dialogue, server, "split at " + at, at, length - at);
    }
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      check(dialogue, server, "seed " + seed, random.ints(64, 1, 200).toArray());
    }
  }

  /** Sends pieces of these lengths, over and over until everything is sent. */
  private static void check(
      final Transcript dialogue, final Server server, final String how, final int... lengths) {
    try (NatsHarness.Client client = server.harness().connect(server.config())) {
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
    assertEquals(0, server.harness().registry().count(), how);
  }
}
