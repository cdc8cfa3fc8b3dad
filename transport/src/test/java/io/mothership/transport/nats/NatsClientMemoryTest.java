package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that want to fill the memory leave room for the others. */
final class NatsClientMemoryTest {
  private static final int MIB = 1024 * 1024;
  private static final String CONNECT = "CONNECT {\"verbose\":false}\r\n";
  private static final String REFUSAL = "-ERR 'maximum client memory exceeded for this server'\r\n";
  private static final String HALF = CONNECT + "PUB a " + MIB + "\r\n" + "x".repeat(MIB - 1);

  private final NatsHarness harness =
      new NatsHarness(SpineConfig.of(Threading.INVOKER, MIB), 4 * MIB);

  @AfterEach
  void close() {
    harness.close();
    assertEquals(0, harness.buffers().usedBytes());
  }

  @Test
  void shouldServeOthersWhileSomeHoldHalfMessages() {
    final List<NatsHarness.Client> hogs = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < 20; i++) {
      final NatsHarness.Client hog = harness.connect(new NatsConfig());
      hog.received();
      for (int at = 0; at < HALF.length(); at += 1000) {
        hog.send(HALF.substring(at, Math.min(HALF.length(), at + 1000)));
      }
      refused += hog.received().contains(REFUSAL) ? 1 : 0;
      hogs.add(hog);
    }
    assertTrue(refused > 10 && refused < 20, "refused=" + refused);
    assertEquals(refused, harness.counters().errors(NatsErrors.CLIENT_MEMORY_EXCEEDED));
    assertTrue(harness.buffers().usedBytes() <= 4 * MIB);
    try (NatsHarness.Client other = harness.connect(new NatsConfig())) {
      other.received();
      final String payload = "y".repeat(20_000);
      final String message = "a 20000\r\n" + payload + "\r\n";
      other.send(CONNECT + "SUB a 1\r\nPUB " + message.substring(0, 9_000));
      other.send(message.substring(9_000));
      assertEquals("MSG a 1 20000\r\n" + payload + "\r\n", other.received());
      assertFalse(other.isClosed());
    }
    hogs.forEach(NatsHarness.Client::close);
  }

  @Test
  void shouldTakeAWholeMessageInPiecesWhenNobodyHoldsMuch() {
    try (NatsHarness.Client client = harness.connect(new NatsConfig())) {
      client.received();
      client.send(HALF + "x\r\nPING\r\n");
      assertEquals("PONG\r\n", client.received());
    }
  }
}
