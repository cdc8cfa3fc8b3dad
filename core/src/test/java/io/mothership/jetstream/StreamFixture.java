package io.mothership.jetstream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.clock.ManualClock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.frame.FrameView;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.jetstream.index.StreamIndex;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.stream.Stream;
import io.mothership.jetstream.stream.StreamPeek;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.ListJournal;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.StateDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A JetStream on the real spine, stepped by hand, over a journal in memory that survives {@link
 * #restart} and loses what was not synced at {@link #powerCut}; with one client.
 */
final class StreamFixture {
  static final long START_NS = 1_700_000_000_000_000_000L;

  /** So often that every restart goes through one. */
  private static final long CHECKPOINT_BYTES = 2048;

  private static final long CLIENT = 1;
  private static final String INBOX = "_INBOX.test";

  private final ManualClock clock = new ManualClock(START_NS);
  private JetStreamConfig config;
  private final Client client = new Client();
  private ListJournal journal = new ListJournal();
  private JetStream jetStream;
  private Spine spine;
  private int epoch;
  private int recordsRead;
  private long checkpointBytes = CHECKPOINT_BYTES;
  private boolean isSegmentLost;

  /** A plain broker in the domain {@code constellation}. */
  StreamFixture() {
    this(JetStreamConfig.defaults().withDomain("constellation"));
  }

  StreamFixture(final JetStreamConfig config) {
    this.config = config;
    open();
  }

  private void open() {
    jetStream = new JetStream(config);
    jetStream.startsAt(clock.wallNs());
    final RecoveryListener recovery = jetStream.recovery();
    recordsRead = 0;
    if (isSegmentLost) {
      // Positions in the list are locations in a segment of number 0.
      recovery.onSegmentLost(0);
    }
    final FrameView last =
        journal.recover(
            new RecoveryListener() {
              @Override
              public boolean onCheckpoint(final Checkpoint checkpoint, final StateDecoder state) {
                return recovery.onCheckpoint(checkpoint, state);
              }

              @Override
              public void onFrame(final FrameView frame, final long location) {
                recordsRead++;
                recovery.onFrame(frame, location);
              }
            });
    epoch++;
    spine =
        new Spine(
            SpineConfig.of(Threading.INVOKER, 1024 * 1024).withCheckpointBytes(checkpointBytes),
            journal,
            last == null
                ? Spine.Recovered.nothing()
                : new Spine.Recovered(
                    last.journalSequence(), last.timeNs(), journal.appendedCount() - 1L, 0, epoch),
            jetStream,
            clock);
    spine.start(() -> {});
    spine.ingress().tryOpen(new SessionOpening(CLIENT, 0, Origin.NATS, client, true, true, true));
    spine.ingress().trySubscribe(CLIENT, Slice.of("1"), Slice.of(INBOX + ".*"), new Slice());
    step();
    client.received.clear();
  }

  /** What the next start is told. */
  void configure(final JetStreamConfig newConfig) {
    config = newConfig;
  }

  ManualClock clock() {
    return clock;
  }

  JetStream jetStream() {
    return jetStream;
  }

  Spine spine() {
    return spine;
  }

  ListJournal journal() {
    return journal;
  }

  Stream stream(final String name) {
    return jetStream.home().stream(name).orElseThrow();
  }

  /** The process dies and comes back: everything appended is there. */
  void restart() {
    journal = journal.survivor(journal.appendedCount());
    open();
  }

  /** The machine loses power: only what was synced is there. */
  void powerCut() {
    journal = journal.survivor(journal.syncedCount());
    open();
  }

  /** The process dies and comes back with the first {@code records} of the journal. */
  void crashAfter(final int records) {
    journal = journal.survivor(records);
    open();
  }

  /** An orderly stop and start. */
  void stopAndStart() {
    spine.close();
    restart();
  }

  /** Records that the last start had to read, beside its checkpoint. */
  int recordsRead() {
    return recordsRead;
  }

  /** From the next start on, nothing that lies there now can be read. */
  void loseSegment() {
    isSegmentLost = true;
  }

  /** Checkpoints come after so many bytes of journal from the next start on. */
  void checkpointBytes(final long bytes) {
    checkpointBytes = bytes;
  }

  /** Steps all agents until nothing is left to do: at the end of a ring one step does nothing. */
  void step() {
    for (int idle = 0; idle < 3; idle++) {
      if (spine.stepAll() != 0) {
        idle = 0;
      }
    }
  }

  /** Sends without stepping; the answer, if one comes, is under {@code replyToken}. */
  void send(
      final String subject,
      final String replyToken,
      final String payload,
      final String... headers) {
    send(0, subject, replyToken, payload, headers);
  }

  /** Sends what the SQL outbox made. */
  void send(
      final long outboxId,
      final String subject,
      final String replyToken,
      final String payload,
      final String... headers) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(subject));
    message.reply().wrap(Slice.of(replyToken.isEmpty() ? "" : INBOX + "." + replyToken));
    message.payload().wrap(Slice.of(payload));
    if (headers.length > 0) {
      final StringBuilder block = new StringBuilder("NATS/1.0\r\n");
      for (final String header : headers) {
        block.append(header).append("\r\n");
      }
      message.headers().wrap(Slice.of(block.append("\r\n").toString()));
    }
    while (spine.ingress().tryPublish(CLIENT, Origin.NATS, 0, outboxId, message) < 0) {
      spine.stepAll();
    }
  }

  /** Publishes and answers the acknowledgement's text, or nothing. */
  String publish(final String subject, final String payload, final String... headers) {
    client.received.clear();
    send(subject, "ack", payload, headers);
    step();
    return client.received.isEmpty() ? "" : client.received.getFirst();
  }

  /** Asks the API and answers its text without header block. */
  String request(final String operation, final String body) {
    return requestAll(operation, body).stream().findFirst().orElse("");
  }

  /** All messages that answer one request: header block, if any, and payload. */
  List<String> requestAll(final String operation, final String body) {
    client.received.clear();
    send("$JS.API." + operation, "api", body);
    step();
    return List.copyOf(client.received);
  }

  /** What came to the inbox since the last request, in order. */
  List<String> received() {
    return client.received;
  }

  /** Creates a stream from the members of its configuration beside its name. */
  Stream create(final String name, final String members) {
    final String answer =
        request(
            "STREAM.CREATE." + name,
            "{\"name\":\"" + name + "\"" + (members.isEmpty() ? "" : "," + members) + "}");
    assertTrue(answer.contains("\"did_create\":true"), answer);
    return stream(name);
  }

  /** Everything about all streams that recovery must bring back. */
  String state() {
    final StringBuilder text = new StringBuilder();
    for (final Stream stream : jetStream.home().streams()) {
      final StreamIndex index = stream.index();
      text.append(stream.config()).append(stream.createdNs()).append('\n');
      text.append(index.first()).append("..").append(index.last());
      text.append(" count=").append(index.count()).append(" bytes=").append(index.bytes());
      text.append(" ids=").append(StreamPeek.dedupeCount(stream)).append('\n');
      for (long at = index.nextPresent(0); at <= index.last(); at = index.nextPresent(at + 1)) {
        text.append(at)
            .append(' ')
            .append(
                new String(index.subjects().subject(index.subjectId(at)), StandardCharsets.UTF_8))
            .append(' ')
            .append(index.size(at))
            .append(' ')
            .append(index.timeNs(at))
            .append('\n');
      }
    }
    return text.toString();
  }

  private static final class Client extends QuietOutbox {
    private final List<String> received = new ArrayList<>();

    @Override
    public int offerMessage(final byte[] sid, final MessageView message) {
      received.add(message.headers().toString() + message.payload());
      return 1;
    }
  }
}
