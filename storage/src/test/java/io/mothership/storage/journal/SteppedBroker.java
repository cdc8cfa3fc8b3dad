package io.mothership.storage.journal;

import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.clock.ManualClock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.jetstream.JetStream;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;

/** A broker on a journal of files, stepped by hand, with one client that waits for its answers. */
final class SteppedBroker extends QuietOutbox implements AutoCloseable {
  private static final long CONNECTION = 1;
  private static final String INBOX = "_INBOX.";
  private static final int MIB = 1024 * 1024;

  private final ChronicleJournal journal;
  private final Spine spine;
  private final Deque<String[]> received = new ArrayDeque<>();

  SteppedBroker(final JournalConfig config, final long checkpointBytes, final ManualClock clock) {
    final JetStream streams = new JetStream(JetStreamConfig.defaults());
    journal = ChronicleJournal.open(config, streams.recovery());
    boolean isStarted = false;
    try {
      spine = newSpine(streams, checkpointBytes, clock);
      isStarted = true;
    } finally {
      if (!isStarted) {
        journal.close();
      }
    }
    spine.start(() -> {});
    spine.ingress().tryOpen(new SessionOpening(CONNECTION, 0, Origin.NATS, this, true, true, true));
    final String inboxes = INBOX + ">";
    spine.ingress().trySubscribe(CONNECTION, Slice.of(inboxes), Slice.of(inboxes), new Slice());
    settle();
  }

  private Spine newSpine(
      final JetStream streams, final long checkpointBytes, final ManualClock clock) {
    return new Spine(
        new SpineConfig(
            Threading.INVOKER,
            16 * 1024,
            MIB,
            MIB / 2,
            MIB,
            8 * MIB,
            100_000_000L,
            checkpointBytes,
            1_000,
            MIB),
        journal,
        new Spine.Recovered(
            journal.report().lastSequence(),
            journal.report().lastTimeNs(),
            journal.report().lastLocation(),
            0,
            journal.report().epoch()),
        streams,
        clock);
  }

  ChronicleJournal journal() {
    return journal;
  }

  /** Steps until nothing is left to do. */
  void settle() {
    int idle = 0;
    while (idle < 2) {
      idle = spine.stepAll() == 0 ? idle + 1 : 0;
    }
  }

  void publish(final String subject, final String headers, final String payload) {
    send(subject, "", headers, payload);
  }

  /** Publishes and takes the acknowledgement or refusal; empty if it does not come yet. */
  JsonObject publishFor(final String subject, final String payload) {
    received.clear();
    send(subject, INBOX + "ack", "", payload);
    settle();
    return takeAnswer();
  }

  /** What has come since; empty if nothing has. */
  JsonObject takeAnswer() {
    return received.isEmpty()
        ? JsonObject.EMPTY
        : JsonReader.parse(received.removeFirst()[1].getBytes(StandardCharsets.UTF_8));
  }

  boolean isJournalFailed() {
    return spine.isJournalFailed();
  }

  /** The answer to a request of the JetStream API. */
  JsonObject request(final String subject, final String body) {
    send("$JS.API." + subject, INBOX + "api", "", body);
    settle();
    return JsonReader.parse(received.removeLast()[1].getBytes(StandardCharsets.UTF_8));
  }

  /** Fetches at most {@code count} messages of a pull consumer; takes payload and ack subject. */
  void fetch(
      final String stream,
      final String consumer,
      final int count,
      final BiConsumer<String, String> taker) {
    received.clear();
    send(
        "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer,
        INBOX + "pull",
        "",
        "{\"batch\":" + count + ",\"no_wait\":true}");
    settle();
    for (final String[] message : received) {
      if (message[0].startsWith("$JS.ACK.")) {
        taker.accept(message[1], message[0]);
      }
    }
    received.clear();
  }

  void acknowledge(final String ackSubject) {
    send(ackSubject, "", "", "+ACK");
  }

  private void send(
      final String subject, final String reply, final String headers, final String payload) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(subject));
    message.reply().wrap(Slice.of(reply));
    message.headers().wrap(Slice.of(headers));
    message.payload().wrap(Slice.of(payload));
    while (spine.ingress().tryPublish(CONNECTION, Origin.NATS, 0, 0, message) < 0) {
      spine.stepAll();
    }
  }

  @Override
  public int offerMessage(final byte[] sid, final MessageView message) {
    received.add(new String[] {message.reply().toString(), message.payload().toString()});
    return 1;
  }

  /** Stops in order. */
  @Override
  public void close() {
    spine.close();
    journal.close();
  }
}
