package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.security.SubjectRules;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Strangers who send anything: nothing escapes, and others are served as before. */
final class NatsHostileInputTest {
  private static final String QUIET = "CONNECT {\"verbose\":false,\"headers\":true}\r\n";
  private static final int SEEDS = 2000;
  private static final String[] PIECES = {
    "PUB",
    "HPUB",
    "SUB",
    "UNSUB",
    "PING",
    "PONG",
    "CONNECT",
    "INFO",
    "+OK",
    "-ERR",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\r",
    "a",
    "a.b",
    "*",
    ">",
    "..",
    "0",
    "1",
    "2",
    "5",
    "-1",
    "1048576",
    "1048577",
    "4294967296",
    "99999999999999999999",
    "\0",
    "\u00ff\u00fe",
    "{",
    "}",
    "{}",
    "\"",
    "{\"verbose\":false}",
    "'x'",
    "NATS/1.0\r\n\r\n",
    QUIET,
    "PING\r\n",
    "SUB a 1\r\n",
    "PUB a 1\r\nx\r\n",
    "HPUB a 12 13\r\n",
  };

  private final NatsHarness harness = new NatsHarness();
  private final NatsConfig config = new NatsConfig();
  private NatsHarness.Client bystander;

  @BeforeEach
  void open() {
    bystander = harness.connect(config);
    bystander.send(QUIET + "SUB bystander 1\r\n");
    bystander.received();
  }

  @AfterEach
  void close() {
    bystander.send("PUB bystander 1\r\nx\r\nPING\r\n");
    assertEquals("MSG bystander 1 1\r\nx\r\nPONG\r\n", bystander.received());
    assertEquals(0, harness.counters().errors(NatsErrors.INTERNAL));
    bystander.close();
    assertEquals(0, harness.registry().count());
    harness.close();
  }

  @Test
  void shouldSurviveRandomBytes() {
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      final byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      try (NatsHarness.Client client = harness.connect(config)) {
        client.send(bytes);
        assertTrue(bytes.length == 0 || isSane(client, bytes), "seed=" + seed);
      }
    }
  }

  @Test
  void shouldSurviveRandomProtocol() {
    for (int seed = 0; seed < SEEDS; seed++) {
      final Random random = new Random(seed);
      final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = random.nextInt(40); i >= 0; i--) {
        bytes.writeBytes(Transcript.bytes(PIECES[random.nextInt(PIECES.length)]));
      }
      final String whole = answerTo(bytes.toByteArray(), bytes.size());
      assertEquals(whole, answerTo(bytes.toByteArray(), 1 + random.nextInt(7)), "seed=" + seed);
    }
  }

  @Test
  void shouldEndControlLinesOfAMegabyte() {
    final String line = "SUB " + "x".repeat(1024 * 1024);
    for (final int piece : new int[] {line.length(), 64 * 1024, 1000}) {
      final String answer = answerTo(Transcript.bytes(line), piece);
      assertTrue(answer.endsWith("-ERR 'maximum control line exceeded'\r\n closed"), answer);
    }
  }

  @Test
  void shouldNotKeepBlanksOrRestsOfLines() {
    try (NatsHarness.Client client = harness.connect(config)) {
      client.send(QUIET);
      client.received();
      for (int i = 0; i < 100; i++) {
        client.send(i == 0 ? "PING" + " ".repeat(10_000) : " ".repeat(10_000));
        assertEquals(0, client.connection().decoder().keptBytes());
      }
      client.send("\r\nSUB");
      for (int i = 0; i < 100; i++) {
        client.send("\t".repeat(10_000));
        assertEquals(0, client.connection().decoder().keptBytes());
      }
      client.send("a 1\r\n");
      assertEquals("PONG\r\n", client.received());
    }
  }

  @Test
  void shouldClaimLittleForASizeWithoutBytes() {
    try (NatsHarness.Client client = harness.connect(config)) {
      client.send(QUIET + "PUB a 1048576\r\nsome");
      assertTrue(client.connection().decoder().keptBytes() <= 1024);
      for (int i = 0; i < 10; i++) {
        client.send("x".repeat(1000));
      }
      assertTrue(client.connection().decoder().keptBytes() <= 64 * 1024);
    }
  }

  @Test
  void shouldForgetClientsThatLeaveInTheMiddle() {
    for (final String half :
        new String[] {"", "PU", "CONNECT {", QUIET + "PUB a 10\r\nxxx", QUIET + "HPUB a 12 13"}) {
      try (NatsHarness.Client client = harness.connect(config)) {
        client.send(half);
      }
      assertEquals(1, harness.registry().count());
    }
  }

  @Test
  void shouldEscapeWhatItRepeats() {
    final NatsConfig strict =
        new NatsConfig()
            .logins(
                new NatsLogins(
                    List.of(
                        new NatsUser(
                            "g",
                            "g",
                            new SubjectRules(List.of("ok"), List.of(), List.of(), List.of()))),
                    "",
                    "g"));
    try (NatsHarness.Client client = harness.connect(strict)) {
      client.received();
      client.send(
          "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPUB \u0001\u00ff'\"\\ 1\r\nx\r\n");
      assertEquals(
          "-ERR 'Permissions Violation for Publish to \"\\x01\\xff'\\\"\\\\\"'\r\n",
          client.received());
    }
  }

  private String answerTo(final byte[] bytes, final int piece) {
    try (NatsHarness.Client client = harness.connect(config)) {
      client.received();
      for (int at = 0; at < bytes.length; at += piece) {
        client.send(bytes, at, Math.min(piece, bytes.length - at));
      }
      final String answer = client.received().replaceAll("INFO \\{[^\r]*", "INFO");
      return answer + (client.isClosed() ? " closed" : " open");
    }
  }

  /** Closed, or possibly in the middle of an operation, since only these letters can start one. */
  private static boolean isSane(final NatsHarness.Client client, final byte[] bytes) {
    return client.isClosed() || "PpHhSsUuCcIi+-".indexOf(bytes[0]) >= 0;
  }
}
