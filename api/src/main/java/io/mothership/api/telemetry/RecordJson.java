package io.mothership.api.telemetry;

import io.mothership.clock.Rfc3339;
import io.mothership.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The messages of feeds and histories, each one line of JSON without its line end. */
final class RecordJson {
  private RecordJson() {}

  static byte[] record(
      final FleetSubject subject,
      final String subjectText,
      final long sequence,
      final String stream,
      final long streamSequence,
      final long timeNs,
      final PayloadView view,
      final byte[] payload) {
    final JsonWriter writer = new JsonWriter(payload.length + 256);
    writer
        .beginObject()
        .text("type", subject.kind().text())
        .number("seq", sequence)
        .text("stream", stream)
        .number("stream_seq", streamSequence)
        .text("time", Rfc3339.preciseText(timeNs))
        .text("subject", subjectText)
        .text("org_id", subject.orgId());
    if (!subject.entityId().isEmpty()) {
      writer.text("entity_id", subject.entityId());
    }
    if (view.json().isPresent()) {
      writer.name("data").raw(view.json().get());
    } else {
      writer.text("data_base64", Base64.getEncoder().encodeToString(payload));
    }
    return writer.endObject().toBytes();
  }

  /** So many records left the journal before they could be read. */
  static byte[] lagged(final long dropped) {
    return ("{\"type\":\"lagged\",\"dropped\":" + dropped + "}")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The place asked for is above the journal's head; the feed goes on behind {@code head}. */
  static byte[] reset(final long head) {
    return ("{\"type\":\"reset\",\"seq\":" + head + "}").getBytes(StandardCharsets.US_ASCII);
  }
}
