package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.jetstream.consumer.Consumer;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Consumers on the real spine, stepped by hand, and a client that may listen anywhere. */
final class ConsumerFixture {
  static final long SECOND_NS = 1_000_000_000L;

  private static final long CONNECTION = 2;

  private final StreamFixture streams;
  private final List<Message> received = new ArrayList<>();
  private int inboxes;

  ConsumerFixture() {
    streams = new StreamFixture(config());
    connect();
  }

  private static JetStreamConfig config() {
    return JetStreamConfig.defaults().withDomain("constellation");
  }

  /** A message that came to the client. */
  record Message(String sid, String subject, String reply, String headers, String payload) {
    boolean isStatus() {
      return headers.startsWith("NATS/1.0 ");
    }

    /** Code and text of a status message. */
    String status() {
      return headers.substring("NATS/1.0 ".length(), headers.indexOf("\r\n"));
    }

    /** A token of the acknowledgement subject, counted from its end. */
    long ackNumber(final int fromEnd) {
      final String[] tokens = reply.split("\\.");
      return Long.parseLong(tokens[tokens.length - 1 - fromEnd]);
    }

    long deliveries() {
      return ackNumber(4);
    }

    long streamSequence() {
      return ackNumber(3);
    }

    long consumerSequence() {
      return ackNumber(2);
    }

    long pending() {
      return ackNumber(0);
    }
  }

  private void connect() {
    assertTrue(
        streams
                .spine()
                .ingress()
                .tryOpen(
                    new SessionOpening(CONNECTION, 0, Origin.NATS, new Client(), true, false, true))
            >= 0);
    step();
  }

  StreamFixture streams() {
    return streams;
  }

  void restart() {
    streams.restart();
    received.clear();
    connect();
  }

  void powerCut() {
    streams.powerCut();
    received.clear();
    connect();
  }

  void step() {
    streams.step();
  }

  void advanceNs(final long ns) {
    streams.clock().advanceNs(ns);
    step();
  }

  void subscribe(final String sid, final String subject) {
    subscribe(sid, subject, "");
  }

  void subscribe(final String sid, final String subject, final String queue) {
    streams
        .spine()
        .ingress()
        .trySubscribe(
            CONNECTION,
            Slice.of(sid),
            Slice.of(subject),
            queue.isEmpty() ? new Slice() : Slice.of(queue));
    step();
  }

  void unsubscribe(final String sid) {
    streams.spine().ingress().tryUnsubscribe(CONNECTION, Slice.of(sid), 0);
    step();
  }

  void send(final String subject, final String reply, final String payload) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(subject));
    if (!reply.isEmpty()) {
      message.reply().wrap(Slice.of(reply));
    }
    message.payload().wrap(Slice.of(payload));
    while (streams.spine().ingress().tryPublish(CONNECTION, Origin.NATS, 0, 0, message) < 0) {
      streams.spine().stepAll();
    }
  }

  /** What came since the last call. */
  List<Message> take() {
    final List<Message> taken = List.copyOf(received);
    received.clear();
    return taken;
  }

  /** What came since the last call, without status messages. */
  List<Message> takeMessages() {
    return take().stream().filter(message -> !message.isStatus()).toList();
  }

  /** Publishes {@code count} messages {@code 1, 2, …} to subjects in turn. */
  void publish(final int count, final String... subjects) {
    for (int i = 0; i < count; i++) {
      final String answer = streams.publish(subjects[i % subjects.length], Integer.toString(i + 1));
      assertTrue(answer.contains("\"seq\""), answer);
      assertFalse(answer.contains("\"error\""), answer);
    }
  }

  JsonObject api(final String operation, final String body) {
    return JsonReader.parse(streams.request(operation, body).getBytes(StandardCharsets.UTF_8));
  }

  /** Creates a consumer from the members of its configuration beside its name. */
  JsonObject create(final String stream, final String name, final String members) {
    final JsonObject answer = tryCreate(stream, name, members);
    assertFalse(answer.has("error"), () -> answer.members().toString());
    return answer;
  }

  JsonObject tryCreate(final String stream, final String name, final String members) {
    return api(
        "CONSUMER.CREATE." + stream + "." + name,
        "{\"stream_name\":\""
            + stream
            + "\",\"config\":{\"name\":\""
            + name
            + "\""
            + (members.isEmpty() ? "" : "," + members)
            + "}}");
  }

  JsonObject info(final String stream, final String name) {
    return api("CONSUMER.INFO." + stream + "." + name, "");
  }

  /** Sends a pull request; its answers come under a new inbox, which is returned. */
  String pull(final String stream, final String name, final String body) {
    final String inbox = "_IN.pull." + ++inboxes;
    subscribe("p" + inboxes, inbox);
    send("$JS.API.CONSUMER.MSG.NEXT." + stream + "." + name, inbox, body);
    step();
    return inbox;
  }

  /** Pulls and answers all that came at once. */
  List<Message> fetch(final String stream, final String name, final String body) {
    received.clear();
    pull(stream, name, body);
    return take();
  }

  /** Pulls up to {@code count} messages, without waiting for more. */
  List<Message> fetch(final String stream, final String name, final int count) {
    final List<Message> messages =
        fetch(stream, name, "{\"batch\":" + count + ",\"no_wait\":true}");
    unsubscribe("p" + inboxes);
    return messages.stream().filter(message -> !message.isStatus()).toList();
  }

  void ack(final Message message) {
    ack(message, "");
  }

  void ack(final Message message, final String verb) {
    send(message.reply(), "", verb);
    step();
  }

  /** Acknowledges and answers whether an answer came. */
  boolean ackAndWait(final Message message, final String verb) {
    subscribe("ack", "_IN.ack");
    received.clear();
    send(message.reply(), "_IN.ack", verb);
    step();
    final boolean isAnswered =
        received.stream().anyMatch(answer -> answer.sid().equals("ack") && !answer.isStatus());
    unsubscribe("ack");
    return isAnswered;
  }

  Consumer consumer(final String stream, final String name) {
    return (streams.jetStream().consumers())
        .registry(streams.stream(stream))
        .find(name)
        .orElseThrow();
  }

  private final class Client extends QuietOutbox {
    @Override
    public int offerMessage(final byte[] sid, final MessageView message) {
      received.add(
          new Message(
              new String(sid, StandardCharsets.US_ASCII),
              message.subject().toString(),
              message.reply().toString(),
              message.headers().toString(),
              message.payload().toString()));
      return 1;
    }
  }
}
