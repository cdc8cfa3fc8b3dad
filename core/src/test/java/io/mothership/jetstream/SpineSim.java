package io.mothership.jetstream;

import static io.mothership.jetstream.SimulatedStream.ALL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.clock.ManualClock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.fabric.StoredRecord;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapStart;
import io.mothership.jetstream.ConsumerFixture.Message;
import io.mothership.jetstream.SimulatedStream.Moment;
import io.mothership.jetstream.SimulatedStream.Sent;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.jetstream.stream.Stream;
import io.mothership.journal.Journal;
import io.mothership.journal.SimulatedDisk;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * One life of dispatcher, journal and clock, decided by a seed: clients publish, fetch, acknowledge
 * and delete; the disk is slow, full or broken; the power goes in the middle of anything; the clock
 * is set. What clients were told is compared with what they find.
 */
public final class SpineSim {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final int STEPS = 250;
  private static final int PAYLOAD_BYTES_MAX = 4096;
  private static final int RING_BYTES = 256 * 1024;
  private static final int MIB = 1024 * 1024;
  private static final int SUBSCRIPTIONS_MAX = 1000;
  private static final int ROUNDS_MAX = 60;
  private static final int STEPS_TO_ANSWER = 100;
  private static final int STEPS_TO_REST = 100_000;
  private static final int YIELDS_TO_COMMIT = 1_000;
  private static final int ROLLUP_ALL = 3;
  private static final long STEP_NS_MAX = 3600 * SECOND_NS;
  private static final int ROUNDS_TO_TRUST = 4;
  private static final long SERVICE = 2;
  private static final long SERVICE_STEP_NS = 200_000;

  private final Random random;
  private final long checkpointBytes;
  private final UnaryOperator<Journal> wrapper;
  private final ManualClock clock = new ManualClock(StreamFixture.START_NS);
  private final SimulatedDisk disk;
  private final SimulatedService service;
  private final Map<String, SimulatedStream> streams = new HashMap<>();
  private final List<SimulatedConsumer> consumers = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();

  /** Who waits for an answer, by the last token of the inbox. */
  private final Map<String, Runnable> requests = new HashMap<>();

  /** Who waits to hear that an acknowledgement counts; nobody says that it does not. */
  private final Map<String, Runnable> confirmations = new HashMap<>();

  private final Map<String, Publish> publishes = new HashMap<>();
  private JetStream jetStream;
  private Spine spine;
  private SimulatedClient client;
  private Tap tap;
  private long tapped;
  private long dropped;
  private int starts;
  private int forwardSteps;
  private int tokens;
  private long latestNs;
  private long latestAtNs;
  private volatile boolean isCut;
  private boolean isSyncBroken;
  private boolean isEnding;
  private boolean wasFull;
  private Error violation;
  private String what = "";

  private record Publish(SimulatedStream stream, String payload, String id, Moment sent) {}

  /**
   * @param disk what outlives the processes
   * @param service what else lives in them
   * @param wrapper what stands between the spine and the journal: nothing, or a mistake
   */
  public SpineSim(
      final long seed,
      final SimulatedDisk disk,
      final SimulatedService service,
      final UnaryOperator<Journal> wrapper) {
    this.random = new Random(seed);
    this.disk = disk;
    this.service = service;
    this.checkpointBytes = 1L << 12 + random.nextInt(8);
    this.wrapper = wrapper;
    for (int i = 0; i < 6; i++) {
      ids.add("id" + i);
    }
    for (final String retention : List.of("limits", "workqueue", "interest")) {
      final SimulatedStream stream = new SimulatedStream(retention, retention, random);
      streams.put(retention, stream);
      consumers.add(new SimulatedConsumer(stream, "pull", false));
      if (retention.equals("limits")) {
        consumers.add(new SimulatedConsumer(stream, "push", true));
        consumers.add(new SimulatedConsumer(stream, "all", false, true));
      }
    }
    disk.meanwhile(this::meanwhile, this::onCut);
  }

  /** What was done last, for messages. */
  public String what() {
    return what;
  }

  public void run() {
    start();
    create();
    for (int step = 0; step < STEPS; step++) {
      act(step);
      require();
      streams.values().forEach(stream -> stream.checkRemovals(find(stream), disk.appended()));
      if (isCut || spine.isJournalFailed() && random.nextInt(8) == 0) {
        restart();
      }
    }
    finish();
  }

  private void act(final int step) {
    final int choice = random.nextInt(100);
    what = "step " + step + ", choice " + choice;
    if (random.nextInt(8) == 0 && service.act(random)) {
      return;
    }
    if (choice < 34) {
      publish();
    } else if (choice < 46) {
      fetch();
    } else if (choice < 62) {
      acknowledge();
    } else if (choice < 74) {
      spine.step();
    } else if (choice < 84) {
      drain();
    } else if (choice < 86) {
      delete();
    } else if (choice < 87) {
      purge();
    } else if (choice < 92) {
      clock.advanceNs(random.nextInt(6) == 0 ? 6 * SECOND_NS : random.nextLong(SECOND_NS));
    } else if (choice < 93) {
      setClock();
    } else if (choice < 96) {
      pollTap();
    } else if (choice < 98) {
      breakSomething();
    } else {
      restart();
    }
  }

  // The process

  private void start() {
    while (!tryStart()) {
      what += ", power cut while it starts";
      disk.cutPower(random);
    }
  }

  /** False if the power fails before the journal is open. */
  private boolean tryStart() {
    starts++;
    isCut = false;
    isSyncBroken = false;
    wasFull = false;
    publishes.clear();
    requests.clear();
    confirmations.clear();
    jetStream = new JetStream(JetStreamConfig.defaults());
    jetStream.startsAt(clock.wallNs());
    final Journal opened;
    try {
      opened = disk.open(jetStream.recovery());
    } catch (final SimulatedDisk.PowerCut e) {
      return false;
    }
    final Spine.Recovered recovered = disk.recovered(starts);
    spine =
        new Spine(
            new SpineConfig(
                Threading.INVOKER,
                PAYLOAD_BYTES_MAX,
                MIB,
                RING_BYTES,
                MIB,
                8 * MIB,
                100_000_000L,
                checkpointBytes,
                SUBSCRIPTIONS_MAX,
                MIB),
            wrapper.apply(opened),
            recovered,
            jetStream,
            clock);
    spine.start(() -> {});
    client = new SimulatedClient(spine, this::onMessage);
    client.connect();
    tap = spine.tap(new TapStart.Oldest());
    tapped = 0;
    dropped = 0;
    service.start(spine.fabric(SERVICE), recovered.outboxId());
    return true;
  }

  private void create() {
    for (final SimulatedStream stream : streams.values()) {
      request("$JS.API.STREAM.CREATE." + stream.name(), stream.config(), () -> {});
    }
    for (final SimulatedConsumer consumer : consumers) {
      final String path = consumer.stream().name() + "." + consumer.name();
      request("$JS.API.CONSUMER.CREATE." + path, consumer.config(), () -> {});
      if (consumer.isPush()) {
        client.subscribe(consumer.deliverSubject());
      }
    }
    drain();
    streams.values().forEach(this::find);
  }

  /** Ends the process in one of the ways there are, and starts it again. */
  private void restart() {
    boolean isAllKept = true;
    if (isCut && disk.mayBeKilled() && !isSyncBroken && random.nextInt(3) == 0) {
      what += ", killed in the middle";
      leave();
      disk.kill();
    } else if (isCut || isSyncBroken || random.nextBoolean()) {
      // After a failed sync nobody knows what the disk has.
      what += ", power cut";
      isAllKept = false;
      leave();
      disk.cutPower(random);
      if (random.nextInt(4) == 0) {
        setClock();
      }
    } else if (random.nextBoolean()) {
      what += ", killed";
      leave();
      disk.kill();
    } else {
      what += ", stopped";
      service.stop();
      spine.close();
      require();
      leave();
      disk.stop();
      isAllKept = !isCut;
      if (isCut) {
        disk.cutPower(random);
      }
    }
    tap.close();
    if (!isEnding && random.nextInt(4) == 0) {
      disk.cutAfter(random.nextInt(60));
    }
    start();
    for (final SimulatedConsumer consumer : consumers) {
      consumer.onRestart(isAllKept);
      if (consumer.isPush()) {
        client.subscribe(consumer.deliverSubject());
      }
    }
    for (final SimulatedStream stream : streams.values()) {
      stream.check(find(stream), disk.appended(), latestNs());
    }
  }

  private void leave() {
    client.leave();
    service.leave();
  }

  /** Nobody hears anything any more. */
  private void onCut() {
    isCut = true;
    if (client != null) {
      client.leave();
    }
  }

  /** The disk is at work: the rest of the process goes on. */
  private void meanwhile() {
    for (int i = random.nextInt(3); i > 0 && !isCut; i--) {
      if (random.nextInt(10) == 0) {
        publish(anyStream());
      }
      spine.step();
    }
  }

  /** The latest time that the wall clock ever showed, or would show had it not been set back. */
  private long latestNs() {
    latestNs = Math.max(latestNs + clock.monotonicNs() - latestAtNs, clock.wallNs());
    latestAtNs = clock.monotonicNs();
    return latestNs;
  }

  /** Steps all agents until nothing is left to do: whoever asked has an answer. */
  private void drain() {
    int idle = 0;
    int awaited = 0;
    for (int steps = 0; !isCut && idle < 2; steps++) {
      assertTrue(steps < STEPS_TO_REST, "never comes to rest");
      if (spine.stepAll() != 0) {
        idle = 0;
      } else if (spine.ingress().pendingBytes() > 0 && awaited < YIELDS_TO_COMMIT) {
        // A thread of a service has claimed a place and not filled it yet: what comes after it
        // waits. On a full disk it waits for longer.
        awaited++;
        Thread.yield();
      } else {
        // A service may come with something between two steps.
        idle++;
      }
    }
    if (isCut) {
      return;
    }
    require();
    if (!spine.takesMessages() && !spine.isJournalFailed()) {
      checkReadable();
      return;
    }
    assertEquals(Map.of(), publishes, "unanswered");
    assertEquals(Map.of(), requests, "unanswered");
    if (!spine.isJournalFailed()) {
      assertEquals(Map.of(), confirmations, "unanswered");
      consumers.forEach(SimulatedConsumer::onDrained);
    }
  }

  /** No space: what was taken waits for it, and reading goes on. */
  private void checkReadable() {
    final boolean[] isAnswered = new boolean[1];
    request("$JS.API.STREAM.INFO.limits", "", () -> isAnswered[0] = true);
    for (int i = 0; i < STEPS_TO_ANSWER && !isAnswered[0] && !isCut; i++) {
      spine.stepAll();
    }
    require();
    assertTrue(isAnswered[0] || isCut || spine.isJournalFailed(), "the disk is full: no answer");
  }

  private void breakSomething() {
    switch (random.nextInt(8)) {
      case 0, 1 -> disk.cutAfter(random.nextInt(20));
      case 6, 7 -> disk.cutInUpkeepAfter(random.nextInt(12));
      case 2 -> {
        isSyncBroken = true;
        disk.fail(SimulatedDisk.Fault.SYNC_FAILS);
      }
      case 3 -> fill(SimulatedDisk.Fault.SPACE_LOW);
      case 4 -> fill(SimulatedDisk.Fault.DISK_FULL);
      default -> disk.fail(SimulatedDisk.Fault.NONE);
    }
  }

  private void fill(final SimulatedDisk.Fault how) {
    wasFull = true;
    disk.fail(how);
  }

  private void setClock() {
    final long byNs = (random.nextInt(7200) - 3600) * SECOND_NS;
    if (byNs > 0) {
      forwardSteps++;
    }
    latestNs();
    clock.stepWallNs(byNs);
    latestNs();
  }

  private Moment now() {
    return new Moment(clock.monotonicNs(), starts, forwardSteps);
  }

  // What clients do

  private SimulatedStream anyStream() {
    final int choice = random.nextInt(3);
    return streams.get(choice == 0 ? "limits" : choice == 1 ? "workqueue" : "interest");
  }

  private Stream find(final SimulatedStream stream) {
    return jetStream.home().stream(stream.name()).orElseThrow();
  }

  private String token() {
    return Integer.toString(++tokens);
  }

  private void publish() {
    for (int i = random.nextInt(4) == 0 ? random.nextInt(30) : 1; i > 0; i--) {
      publish(anyStream());
    }
  }

  private void publish(final SimulatedStream stream) {
    final String token = token();
    final String id = random.nextInt(3) == 0 ? ids.get(random.nextInt(ids.size())) : "";
    final String subject = stream.name() + "." + random.nextInt(3);
    final boolean isLimits = !stream.isRemovedByAcks();
    final long ttlS = isLimits && random.nextInt(6) == 0 ? 1 + random.nextInt(20) : 0;
    final int rollup = isLimits ? random.nextInt(60) : ROLLUP_ALL + 1;
    final String rolledUp = rollup == ROLLUP_ALL ? ALL : rollup < ROLLUP_ALL ? subject : "";
    final String headers =
        headers(
            id.isEmpty() ? "" : "Nats-Msg-Id: " + id,
            ttlS == 0 ? "" : "Nats-TTL: " + ttlS,
            rolledUp.isEmpty() ? "" : "Nats-Rollup: " + (rolledUp.equals(ALL) ? ALL : "sub"));
    final String payload =
        token + " ".repeat(random.nextInt(8) == 0 ? random.nextInt(PAYLOAD_BYTES_MAX - 100) : 0);
    publishes.put(token, new Publish(stream, payload, id, now()));
    latestNs();
    stream.onSent(
        Integer.parseInt(token), new Sent(subject, clock.wallNs(), ttlS * SECOND_NS, rolledUp));
    if (!client.trySend(subject, SimulatedClient.INBOX + "p." + token, headers, payload)) {
      publishes.remove(token);
    }
  }

  private static String headers(final String... lines) {
    final StringBuilder block = new StringBuilder();
    for (final String line : lines) {
      block.append(line.isEmpty() ? "" : line + "\r\n");
    }
    return block.isEmpty() ? "" : "NATS/1.0\r\n" + block + "\r\n";
  }

  private void fetch() {
    final SimulatedConsumer consumer = consumers.get(random.nextInt(consumers.size()));
    if (!consumer.isPush()) {
      fetch(consumer, 1 + random.nextInt(10), random.nextBoolean());
    }
  }

  private void fetch(final SimulatedConsumer consumer, final int count, final boolean waits) {
    client.trySend(
        "$JS.API.CONSUMER.MSG.NEXT." + consumer.stream().name() + "." + consumer.name(),
        SimulatedClient.INBOX + "m." + consumers.indexOf(consumer),
        "",
        "{\"batch\":" + count + (waits ? ",\"expires\":2000000000}" : ",\"no_wait\":true}"));
  }

  private void acknowledge() {
    final SimulatedConsumer consumer = consumers.get(random.nextInt(consumers.size()));
    final List<Message> held = new ArrayList<>(consumer.held().values());
    for (int i = Math.min(held.size(), 1 + random.nextInt(4)); i > 0; i--) {
      acknowledge(consumer, held.remove(random.nextInt(held.size())), random.nextInt(6));
    }
  }

  private void acknowledge(
      final SimulatedConsumer consumer, final Message message, final int kind) {
    final long sequence = message.streamSequence();
    switch (consumer.isAckAll() ? kind + 2 : kind) {
      case 0, 1 -> {
        consumer.held().remove(sequence);
        client.trySend(message.reply(), "", "", kind == 0 ? "-NAK" : "-NAK 500ms");
      }
      case 2, 3 -> {
        consumer.onAcknowledge(sequence);
        final boolean isTerminated = kind == 3 && !consumer.isAckAll();
        client.trySend(message.reply(), "", "", isTerminated ? "+TERM" : "+ACK");
      }
      default -> {
        consumer.onAcknowledge(sequence);
        final String token = token();
        confirmations.put(token, () -> consumer.onConfirmed(sequence));
        if (!client.trySend(message.reply(), SimulatedClient.INBOX + "c." + token, "", "")) {
          confirmations.remove(token);
        }
      }
    }
  }

  private void delete() {
    final SimulatedStream stream = anyStream();
    final long sequence = stream.anySequence(random);
    stream.onDelete(sequence);
    request(
        "$JS.API.STREAM.MSG.DELETE." + stream.name(),
        "{\"seq\":" + sequence + "}",
        () -> stream.onRemoved(sequence));
  }

  private void purge() {
    final SimulatedStream stream = anyStream();
    final long upTo = stream.lastSeen() / 2;
    stream.onPurge(upTo);
    if (upTo > 0) {
      request(
          "$JS.API.STREAM.PURGE." + stream.name(),
          "{\"seq\":" + (upTo + 1) + "}",
          () -> stream.onRemovedTo(upTo));
    }
  }

  private void request(final String subject, final String payload, final Runnable onDone) {
    final String token = token();
    requests.put(token, onDone);
    if (!client.trySend(subject, SimulatedClient.INBOX + "r." + token, "", payload)) {
      requests.remove(token);
    }
  }

  // What clients hear

  /** Nothing may escape into the dispatcher, and least of all into the journal's agent. */
  private void onMessage(final Message message) {
    try {
      hear(message);
    } catch (final RuntimeException e) {
      violation = violation == null ? new AssertionError(e) : violation;
    } catch (final Error e) {
      violation = violation == null ? e : violation;
    }
  }

  private void require() {
    if (violation != null) {
      throw violation;
    }
  }

  private void hear(final Message message) {
    if (message.sid().startsWith("push.")) {
      deliver(
          consumers.stream()
              .filter(c -> c.isPush() && c.deliverSubject().equals(message.sid()))
              .findFirst()
              .orElseThrow(),
          message);
      return;
    }
    if (!message.subject().startsWith(SimulatedClient.INBOX)) {
      deliver(consumerOf(message), message);
      return;
    }
    final String token = message.subject().substring(message.subject().lastIndexOf('.') + 1);
    switch (message.subject().charAt(SimulatedClient.INBOX.length())) {
      case 'p' -> hearAcknowledgement(token, message.payload());
      case 'r' -> {
        final Runnable onDone = requests.remove(token);
        if (!message.payload().contains("\"error\"")) {
          onDone.run();
        }
      }
      case 'c' -> confirmations.remove(token).run();
      default -> assertTrue(message.isStatus(), message::toString);
    }
  }

  /** A message that was pulled keeps its own subject; its reply names the consumer. */
  private SimulatedConsumer consumerOf(final Message message) {
    return consumers.stream()
        .filter(c -> message.reply().startsWith("$JS.ACK." + c.stream().name() + "." + c.name()))
        .findFirst()
        .orElseThrow();
  }

  private void deliver(final SimulatedConsumer consumer, final Message message) {
    if (message.isStatus()) {
      return;
    }
    final SimulatedStream stream = consumer.stream();
    consumer.onDelivered(message);
    stream.onRead(message.streamSequence(), message.payload(), find(stream).id(), disk.appended());
  }

  private void hearAcknowledgement(final String token, final String payload) {
    final Publish publish = publishes.remove(token);
    assertTrue(publish != null, () -> "answered twice: " + payload);
    final JsonObject answer = JsonReader.parse(payload.getBytes(StandardCharsets.UTF_8));
    if (answer.has("error")) {
      final String text = answer.object("error").string("description", "");
      assertTrue(
          text.startsWith("maximum ")
              || text.equals("journal failed") && spine.isJournalFailed()
              || text.startsWith("insufficient storage") && wasFull,
          text);
      return;
    }
    final long sequence = answer.number("seq", 0);
    final int streamId = find(publish.stream).id();
    if (payload.contains("\"duplicate\"")) {
      publish.stream.onDuplicate(publish.id, sequence, streamId, disk.appended());
      return;
    }
    publish.stream.onAcknowledged(sequence, publish.payload, streamId, disk.appended());
    if (!publish.id.isEmpty()) {
      publish.stream.onStored(publish.id, sequence, publish.sent, now());
    }
  }

  private void pollTap() {
    tap.poll(
        record -> {
          assertTrue(record.journalSequence() > tapped, "the tap goes back");
          tapped = record.journalSequence();
          if (streams.containsKey(record.stream())) {
            onTapped(streams.get(record.stream()), record);
          }
        },
        random.nextInt(50));
    dropped += tap.takeDropped();
    assertTrue(dropped <= disk.freedCount(), "the tap passed over what is there");
  }

  private void onTapped(final SimulatedStream stream, final StoredRecord record) {
    stream.onRead(
        record.streamSequence(),
        new String(record.payload(), StandardCharsets.UTF_8),
        find(stream).id(),
        disk.appended());
  }

  // The end

  /** Whole again, and with patience: everything is delivered that was not acknowledged. */
  private void finish() {
    what = "the end";
    isEnding = true;
    disk.cutAfter(Integer.MAX_VALUE);
    disk.cutInUpkeepAfter(Integer.MAX_VALUE);
    if (isCut || isSyncBroken || spine.isJournalFailed() || random.nextBoolean()) {
      restart();
    }
    disk.fail(SimulatedDisk.Fault.NONE);
    int idle = 0;
    for (int round = 0; idle < 3; round++) {
      assertTrue(round < ROUNDS_MAX, "still delivering");
      clock.advanceNs(2 * SimulatedConsumer.ACK_WAIT_NS);
      drain();
      assertTrue(spine.takesMessages(), "there is space again");
      for (final SimulatedConsumer consumer : consumers) {
        if (!consumer.isPush()) {
          fetch(consumer, 100, false);
        }
      }
      drain();
      idle++;
      for (final SimulatedConsumer consumer : consumers) {
        for (final Message message : List.copyOf(consumer.held().values())) {
          // First they come again, then they are done.
          acknowledge(consumer, message, round < ROUNDS_MAX / 4 ? random.nextInt(5) : 4);
          idle = 0;
        }
      }
      drain();
    }
    for (final SimulatedConsumer consumer : consumers) {
      final Stream found = find(consumer.stream());
      consumer.checkAllAcknowledged(found, latestNs());
      if (consumer.stream().isRemovedByAcks()) {
        assertEquals(0, found.messageCount(), consumer.stream().name() + " keeps messages");
      }
    }
    for (int i = 0; !service.isAtRest(); i++) {
      assertTrue(i < STEPS_TO_REST, "the service does not come to rest");
      drain();
      LockSupport.parkNanos(SERVICE_STEP_NS);
    }
    growOld();
    assertFalse(spine.isJournalFailed());
    service.stop();
    spine.close();
    disk.stop();
  }

  /** Old messages go in the end, however the clock was set. */
  private void growOld() {
    for (int round = 0; round < ROUNDS_TO_TRUST; round++) {
      clock.advanceNs(latestNs() - clock.wallNs() + (forwardSteps + 1) * STEP_NS_MAX);
      drain();
    }
    for (final SimulatedStream stream : streams.values()) {
      if (stream.ageMaxNs() > 0) {
        assertEquals(0, find(stream).messageCount(), stream.name() + " keeps old messages");
      }
    }
  }
}
