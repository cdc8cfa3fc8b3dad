package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.fleet.streams.FleetStreams;
import io.mothership.frame.FrameView;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.journal.JournalReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The id of a row of the SQL outbox in a record says that the row is published: a start publishes
 * only what is above. So no record may have it that is there without all of the publish.
 */
class OutboxIdTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long ROW = 7;

  /** Records from {@code from} on that have the row's id, or not, in their order. */
  private static List<String> records(final StreamFixture js, final int from) {
    final List<String> records = new ArrayList<>();
    final FrameView frame = new FrameView();
    try (JournalReader reader = js.journal().reader()) {
      for (long at = from; reader.read(at, frame); at++) {
        records.add(frame.recordType() + " " + frame.outboxId());
      }
    }
    return records;
  }

  @Test
  void shouldNotBeInTheReservationBeforeTheMessage() {
    final StreamFixture js = new StreamFixture();
    js.create("S", "\"subjects\":[\"s\"],\"metadata\":{\"mothership.sync\":\"interval\"}");
    final int before = js.journal().appendedCount();

    js.send(ROW, "s", "1", "x");
    js.step();

    assertEquals(
        List.of(RecordType.RESERVATION + " 0", RecordType.MESSAGE + " 7"), records(js, before));
  }

  @Test
  void shouldNotBeInWhatGoesToMakeRoom() {
    final StreamFixture js = new StreamFixture();
    js.create(
        "S",
        "\"subjects\":[\"s.>\"],\"allow_msg_ttl\":true,"
            + "\"subject_delete_marker_ttl\":5000000000");
    js.publish("s.a", "");
    js.publish("s.b", "", "Nats-TTL: 5s");
    js.clock().advanceNs(6 * SECOND_NS);
    final int before = js.journal().appendedCount();

    js.send(ROW, "s.c", "1", "x");
    js.step();

    assertEquals(
        List.of(RecordType.MESSAGE + " 0", RecordType.MESSAGE + " 7"), records(js, before));
  }

  @Test
  void shouldBeInTheLastMessageOfABroadcast() {
    final StreamFixture js =
        new StreamFixture(
            JetStreamConfig.defaults()
                .withOwn(FleetStreams.all(organization -> List.of("a", "b"))));
    final int before = js.journal().appendedCount();

    js.send(ROW, "constellation.commands.O.broadcast", "1", "x", "Nats-Msg-Id: m");
    js.step();

    assertEquals(
        List.of(
            RecordType.MESSAGE + " 0",
            RecordType.MESSAGE + " 0",
            RecordType.MESSAGE + " 7",
            RecordType.DELETE + " 0"),
        records(js, before));
  }
}
