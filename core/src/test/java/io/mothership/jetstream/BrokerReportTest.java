package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.BrokerReport;
import io.mothership.dispatch.BrokerReport.ConsumerState;
import io.mothership.dispatch.BrokerReport.StreamState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What ms-dispatch tells about streams and consumers when asked through the ring. */
final class BrokerReportTest {
  private final ConsumerFixture fixture = new ConsumerFixture();

  private BrokerReport report(final int streamsMax, final int consumersMax) {
    final CompletableFuture<BrokerReport> asked =
        fixture.streams().spine().report(new BrokerReport(streamsMax, consumersMax));
    assertFalse(asked.isDone(), "nobody but ms-dispatch may look");
    fixture.streams().step();
    return asked.join();
  }

  private void consumer(final String name) {
    fixture
        .streams()
        .request(
            "CONSUMER.CREATE.S." + name,
            "{\"stream_name\":\"S\",\"config\":{\"name\":\""
                + name
                + "\",\"durable_name\":\""
                + name
                + "\",\"ack_policy\":\"explicit\"}}");
  }

  @Test
  void shouldTellWhatStreamsHoldAndConsumersHaveBeforeThem() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"],\"max_bytes\":100000");
    fixture.publish(5, "s.0", "s.1");
    fixture.streams().request("STREAM.MSG.DELETE.S", "{\"seq\":1}");
    consumer("a");
    consumer("b");
    fixture.streams().send("$JS.API.CONSUMER.MSG.NEXT.S.a", "next", "{\"batch\":3}");
    fixture.streams().step();
    final BrokerReport report = report(10, 10);
    final StreamState stream = report.streams().getFirst();
    assertEquals(
        new StreamState(
            "S",
            4,
            fixture.streams().stream("S").index().bytes(),
            2,
            5,
            2,
            2,
            fixture.streams().stream("S").stateBytes(),
            100_000,
            0),
        stream);
    assertTrue(report.stateBytes() > stream.stateBytes());
    assertTrue(report.stateBytesMax() > report.stateBytes());
    assertEquals(
        List.of(new ConsumerState("S", "a", 1, 3, 0, 3), new ConsumerState("S", "b", 4, 0, 0, 0)),
        report.consumers());
    assertEquals(stream.bytes(), report.fileBytes());
    assertEquals(0, report.memoryBytes());
  }

  @Test
  void shouldCountWhatItHasNoRoomFor() {
    fixture.streams().create("S", "\"subjects\":[\"s.>\"]");
    fixture.streams().create("T", "\"subjects\":[\"t.>\"]");
    for (int i = 0; i < 5; i++) {
      consumer("c" + i);
    }
    final BrokerReport report = report(1, 3);
    assertEquals(2, report.streamCount());
    assertEquals("S", report.streams().getFirst().name());
    assertEquals(1, report.streams().size());
    assertEquals(5, report.consumerCount());
    assertEquals(
        List.of("c0", "c1", "c2"), report.consumers().stream().map(ConsumerState::name).toList());
  }
}
