package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.app.TenantWorld.Who;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Door by door, what can be done to an organization's things, and by whom: each row is tried by
 * everybody. A door that is added adds its rows here.
 */
final class TenantIsolationIT {
  private static final String SECRET = "ours-alone";
  private static final Set<Who> ALL = EnumSet.allOf(Who.class);
  private static final Set<Who> OWNER = EnumSet.of(Who.OWNER);
  private static final Set<Who> WRITERS = EnumSet.of(Who.OWNER, Who.OWN);
  private static final Set<Who> SENDERS = EnumSet.of(Who.OWNER, Who.OWN, Who.INGEST);
  private static final Set<Who> READERS = EnumSet.of(Who.OWNER, Who.OWN, Who.VIEWER);

  private static final Set<Who> READERS_AND_OTHER =
      EnumSet.of(Who.OWNER, Who.OWN, Who.VIEWER, Who.OTHER);

  @TempDir private static Path folder;
  private static TenantWorld world;
  private static int tries;
  private static String commandConsumer = "none";

  /** What somebody tries. */
  @FunctionalInterface
  private interface Attempt {
    /** Whether it came to what it was after. */
    boolean succeeds(Who who) throws Exception;
  }

  /** One line of the table. */
  private record Row(String door, String operation, Set<Who> allowed, Attempt attempt) {
    @Override
    public String toString() {
      return door + ": " + operation;
    }
  }

  @BeforeAll
  static void open() throws Exception {
    world = new TenantWorld(folder);
    final NatsVisitor owner = world.nats(Who.OWNER);
    store(owner, "constellation.telemetry." + world.org() + "." + world.entity());
    store(owner, "constellation.telemetry." + world.org() + ".kept");
    store(owner, "constellation.telemetry." + world.otherOrg() + ".theirs");
    store(owner, "constellation.entities." + world.org() + ".status");
    store(owner, "constellation.events." + world.org() + ".arrived");
    store(owner, "constellation.events.isr." + world.org() + "." + world.entity());
    assertTrue(
        owner
            .ask(
                "$JS.API.STREAM.CREATE.KV_settings",
                """
                {"name":"KV_settings","subjects":["$KV.settings.>"],"max_msgs_per_subject":5,
                 "allow_direct":true,"allow_rollup_hdrs":true,"deny_delete":true,"discard":"new",
                 "storage":"file"}
                """)
            .contains("\"config\""));
    store(owner, "$KV.settings." + world.org() + ".mode");
    store(owner, "$KV.settings." + world.otherOrg() + ".mode");
  }

  @AfterAll
  static void close() throws Exception {
    world.close();
  }

  private static void store(final NatsVisitor who, final String subject) throws Exception {
    final String payload = subject.contains(world.org()) ? SECRET : "theirs";
    assertTrue(who.ask(subject, "{\"data\":\"" + payload + "\"}").contains("\"seq\""), subject);
  }

  @ParameterizedTest
  @MethodSource({"overHttp", "overWebSocket", "overNats", "overJetStream", "overKeyValue"})
  void shouldLetOnlyThoseWhoMay(final Row row) throws Exception {
    final Set<Who> came = EnumSet.noneOf(Who.class);
    // The owner last: what it does may be for good.
    for (final Who who : List.of(Who.OTHER, Who.INGEST, Who.VIEWER, Who.OWN, Who.OWNER)) {
      if (row.attempt.succeeds(who)) {
        came.add(who);
      }
    }
    assertEquals(row.allowed, came, row.toString());
  }

  static Stream<Row> overHttp() {
    final String org = world.org();
    final String entities = "/api/v1/entities?org_id=" + org;
    final String below = "/api/v1/organizations/" + org;
    final String one = "&entity_id=" + world.entity();
    return Stream.of(
        http("sees it among organizations", READERS, "GET", "/api/v1/organizations", "", org),
        http("finds it by query", READERS, "GET", "/api/v1/organizations?org_id=" + org, "", org),
        http("finds it", READERS, "GET", below, "", org),
        http("lists entities", READERS, "GET", entities, "", world.entity()),
        http("lists entities by path", READERS, "GET", below + "/entities", "", world.entity()),
        http("finds an entity", READERS, "GET", entities + one, "", world.entity()),
        http(
            "finds an entity by path",
            READERS,
            "GET",
            below + "/entities/" + world.entity(),
            "",
            world.entity()),
        http(
            "makes an entity",
            WRITERS,
            "POST",
            entities,
            "{\"entity_type\":\"sensor_platform\"}",
            "entity_id"),
        http("changes an entity", WRITERS, "PUT", entities + one, "{\"status\":\"active\"}", ""),
        http(
            "changes an entity by path",
            WRITERS,
            "PUT",
            below + "/entities/" + world.entity(),
            "{\"status\":\"active\"}",
            ""),
        new Row(
            "http",
            "deletes an entity",
            WRITERS,
            who ->
                isDone(
                    world.call(
                        who, "DELETE", entities + "&entity_id=" + world.newEntity(org), ""))),
        http(
            "sends a command",
            WRITERS,
            "POST",
            "/api/v1/commands?org_id=" + org + one,
            "{\"type\":\"return_to_base\"}",
            "queued"),
        http(
            "sends a broadcast",
            WRITERS,
            "POST",
            "/api/v1/commands?org_id=" + org + "&entity_id=broadcast",
            "{\"type\":\"return_to_base\"}",
            "queued"),
        http("reads telemetry", READERS, "GET", "/api/v1/telemetry?org_id=" + org, "", SECRET),
        http(
            "makes an organization",
            OWNER,
            "POST",
            "/api/v1/organizations",
            "{\"name\":\"more\",\"org_type\":\"civilian\"}",
            "org_id"),
        http("reads the metrics", OWNER, "GET", "/metrics", "", "mothership_"),
        new Row(
            "monitoring",
            "reads the metrics",
            OWNER,
            who -> isDone(world.call("monitor", who.secret(), "GET", "/metrics", ""))));
  }

  private static Row http(
      final String operation,
      final Set<Who> allowed,
      final String method,
      final String target,
      final String body,
      final String sought) {
    return new Row(
        "http",
        operation,
        allowed,
        who -> {
          final String answer = world.call(who, method, target, body);
          return isDone(answer) && answer.contains(sought);
        });
  }

  private static boolean isDone(final String answer) {
    return answer.startsWith("2");
  }

  static Stream<Row> overWebSocket() {
    return Stream.of("telemetry", "entity", "event", "command")
        .map(
            kind ->
                new Row(
                    "websocket",
                    "follows the feed: " + kind,
                    READERS,
                    who ->
                        world
                            .feed(who, "since=0&types=" + kind + "&org_id=" + world.org())
                            .contains(world.org())));
  }

  static Stream<Row> overNats() {
    final String org = world.org();
    final String entity = world.entity();
    return Stream.of(
        listens("to telemetry", READERS, "constellation.telemetry." + org + ".>"),
        listens("to one entity", READERS, "constellation.telemetry." + org + "." + entity),
        listens("to everybody's telemetry", OWNER, "constellation.telemetry.>"),
        listens("to telemetry of any organization", OWNER, "constellation.telemetry.*.*"),
        listens("to everything", OWNER, ">"),
        listens("to all of the fleet", OWNER, "constellation.>"),
        listens("to any kind", OWNER, "constellation.*." + org + ".>"),
        hears("events", READERS, "constellation.events." + org + ".>"),
        hears("detections", READERS, "constellation.events.isr." + org + ".>"),
        hears("detections of all", OWNER, "constellation.events.isr.>"),
        hears("commands", READERS, "constellation.commands." + org + ".>"),
        hears("entities", READERS, "constellation.entities." + org + ".>"),
        hears("operations", READERS, "constellation.operations." + org + ".>"),
        hears("keys", READERS, "$KV.settings." + org + ".>"),
        hears("all keys", OWNER, "$KV.settings.>"),
        hears("acknowledgements", OWNER, "$JS.ACK.>"),
        hears("requests", OWNER, "$JS.API.>"),
        hears("advisories", OWNER, "$JS.EVENT.>"),
        tells("telemetry", SENDERS, "constellation.telemetry." + org + "." + entity),
        tells("an event", SENDERS, "constellation.events." + org + ".landed"),
        tells("a detection", SENDERS, "constellation.events.isr." + org + "." + entity),
        tells("a command", WRITERS, "constellation.commands." + org + "." + entity),
        tells("a broadcast", WRITERS, "constellation.commands." + org + ".broadcast"),
        tells("an entity's change", OWNER, "constellation.entities." + org + ".updated"),
        tells("an operation", OWNER, "constellation.operations." + org + ".mission.started"),
        tells("what belongs to nobody", OWNER, "any.subject"),
        new Row("nats", "overhears all inboxes", OWNER, who -> overhears(who, "_INBOX.>")),
        new Row(
            "nats", "overhears inboxes of one level", OWNER, who -> overhears(who, "_INBOX.*.*")),
        new Row(
            "nats",
            "has an inbox of its own",
            ALL,
            who -> world.nats(who).listen("_INBOX." + who + ".>").isEmpty()),
        new Row(
            "nats",
            "has an answer sent to an organization",
            OWNER,
            who ->
                world
                    .nats(who)
                    .tell("$JS.API.INFO", "constellation.commands." + org + "." + entity, "")
                    .isEmpty()),
        new Row(
            "nats",
            "has an answer sent as a request",
            OWNER,
            who ->
                world.nats(who).tell("$JS.API.INFO", "$JS.API.STREAM.PURGE.NONE", "").isEmpty()));
  }

  private static final String TELEMETRY = "CONSTELLATION_TELEMETRY";
  private static final String COMMANDS = "CONSTELLATION_COMMANDS";

  static Stream<Row> overJetStream() {
    final String org = world.org();
    final String subject = "constellation.telemetry." + org + ".kept";
    final String own = "constellation.telemetry." + org + ".>";
    final String theirs = "constellation.telemetry." + world.otherOrg() + ".>";
    return Stream.of(
        asks("sees the stream", READERS_AND_OTHER, "STREAM.INFO." + TELEMETRY, "", TELEMETRY),
        asks("finds it by subject", READERS_AND_OTHER, "STREAM.NAMES", "{}", TELEMETRY),
        asks("lists it", READERS_AND_OTHER, "STREAM.LIST", "{}", TELEMETRY),
        asks(
            "lists subjects",
            READERS,
            "STREAM.INFO." + TELEMETRY,
            "{\"subjects_filter\":\">\"}",
            world.entity()),
        asks("gets a message by sequence", READERS, get(TELEMETRY), "{\"seq\":1}", org),
        asks("gets the last", READERS, get(TELEMETRY), last(subject), org),
        asks("gets the next", READERS, get(TELEMETRY), next(0, own), org),
        asks("gets the next of all", READERS, get(TELEMETRY), next(1, ">"), org),
        asks("gets directly by sequence", READERS, direct(TELEMETRY), "{\"seq\":1}", SECRET),
        asks("gets the last directly", READERS, direct(TELEMETRY), last(subject), SECRET),
        asks("gets the last by path", READERS, direct(TELEMETRY) + "." + subject, "", SECRET),
        asks("gets the next directly", READERS, direct(TELEMETRY), next(1, ">"), SECRET),
        asks(
            "gets a batch directly", READERS, direct(TELEMETRY), "{\"seq\":1,\"batch\":1}", SECRET),
        asks(
            "gets several subjects directly",
            READERS,
            direct(TELEMETRY),
            "{\"multi_last\":[\"" + subject + "\"]}",
            SECRET),
        makes("of its own", READERS, TELEMETRY, filter(own)),
        makes("of one entity", READERS, TELEMETRY, filter(subject)),
        makes("of everybody's", OWNER, TELEMETRY, filter("constellation.telemetry.>")),
        makes("without a filter", OWNER, TELEMETRY, ""),
        makes(
            "of its own and others'",
            OWNER,
            TELEMETRY,
            ",\"filter_subjects\":[\"" + own + "\",\"" + theirs + "\"]"),
        makes(
            "that pushes to an organization",
            OWNER,
            TELEMETRY,
            filter(own) + ",\"deliver_subject\":\"constellation.system." + org + "\""),
        makes(
            "that pushes to an inbox",
            READERS,
            TELEMETRY,
            filter(own) + ",\"deliver_subject\":\"_INBOX.mine.1\""),
        makes(
            "that takes commands",
            WRITERS,
            COMMANDS,
            filter("constellation.commands." + org + ".>")),
        makes(
            "that takes events",
            WRITERS,
            "CONSTELLATION_EVENTS",
            filter("constellation.events." + org + ".>")),
        new Row(
            "jetstream",
            "widens a consumer",
            OWNER,
            who -> {
              final String name = consumer(TELEMETRY, own);
              final String wide =
                  "{\"stream_name\":\"%s\",\"config\":{\"durable_name\":\"%s\",\"ack_policy\":\"explicit\"%s}}"
                      .formatted(TELEMETRY, name, filter("constellation.telemetry.>"));
              return world
                  .nats(who)
                  .ask(api("CONSUMER.DURABLE.CREATE." + TELEMETRY + "." + name), wide)
                  .contains("\"config\"");
            }),
        onConsumer("sees a consumer", READERS, "CONSUMER.INFO.", "", "num_pending"),
        onConsumer(
            "fetches", READERS, "CONSUMER.MSG.NEXT.", "{\"batch\":1,\"no_wait\":true}", SECRET),
        onConsumer("pauses a consumer", READERS, "CONSUMER.PAUSE.", "{}", "paused"),
        onConsumer("resets a consumer", READERS, "CONSUMER.RESET.", "{\"seq\":1}", "reset_seq"),
        onConsumer("deletes a consumer", READERS, "CONSUMER.DELETE.", "", "success"),
        new Row(
            "jetstream",
            "finds a consumer's name",
            READERS,
            who -> {
              final String name = consumer(TELEMETRY, own);
              return world.nats(who).ask(api("CONSUMER.NAMES." + TELEMETRY), "").contains(name);
            }),
        new Row(
            "jetstream",
            "finds a consumer in the list",
            READERS,
            who -> {
              final String name = consumer(TELEMETRY, own);
              return world.nats(who).ask(api("CONSUMER.LIST." + TELEMETRY), "").contains(name);
            }),
        new Row("jetstream", "fetches a command", WRITERS, who -> !command(who).isEmpty()),
        new Row(
            "jetstream",
            "acknowledges a command",
            WRITERS,
            who -> {
              final String reply = command(Who.OWNER);
              // Answered when it is taken; to nobody, if nobody is there.
              return !world.nats(who).ask(reply, "+ACK").contains("503")
                  && world
                      .nats(Who.OWNER)
                      .ask(
                          api(
                              "CONSUMER.INFO."
                                  + reply.split("\\.")[2]
                                  + "."
                                  + reply.split("\\.")[3]),
                          "")
                      .contains("\"num_ack_pending\":0");
            }),
        new Row(
            "jetstream",
            "takes others' messages with a rollup",
            OWNER,
            who ->
                world
                    .nats(who)
                    .askWith(
                        "Nats-Rollup: all",
                        "constellation.entities." + orgOf(who) + ".status",
                        "{}")
                    .contains("\"seq\"")),
        asks("makes a stream", OWNER, "STREAM.CREATE.MORE", stream("MORE", "more.>"), "\"config\""),
        asks(
            "makes a stream of its own keys",
            OWNER,
            "STREAM.CREATE.KV_more",
            stream("KV_more", "$KV.more." + org + ".>"),
            "\"config\""),
        asks("changes a stream", OWNER, "STREAM.UPDATE.MORE", stream("MORE", "mo.>"), "\"config\""),
        asks("deletes a message", OWNER, "STREAM.MSG.DELETE.MORE", "{\"seq\":0}", "no message"),
        asks("purges a stream", OWNER, "STREAM.PURGE.MORE", "{}", "success"),
        asks("deletes a stream", OWNER, "STREAM.DELETE.MORE", "", "success"));
  }

  static Stream<Row> overKeyValue() {
    final String key = "$KV.settings." + world.org() + ".mode";
    final String bucket = "KV_settings";
    return Stream.of(
        asks("kv", "gets a key", READERS, direct(bucket) + "." + key, "", SECRET),
        asks("kv", "gets a revision", READERS, direct(bucket), "{\"seq\":1}", SECRET),
        asks("kv", "gets a key the old way", READERS, get(bucket), last(key), world.org()),
        asks(
            "kv",
            "lists keys",
            READERS,
            "STREAM.INFO." + bucket,
            "{\"subjects_filter\":\"$KV.settings.>\"}",
            key),
        makes(
            "kv",
            "that watches its keys",
            READERS,
            bucket,
            filter("$KV.settings." + world.org() + ".>")),
        makes("kv", "that watches all keys", OWNER, bucket, filter("$KV.settings.>")),
        new Row(
            "kv",
            "puts a key",
            WRITERS,
            who -> world.nats(who).ask(key + "2", SECRET).contains("\"seq\"")),
        new Row(
            "kv",
            "purges a key",
            WRITERS,
            who ->
                world
                    .nats(who)
                    .askWith("KV-Operation: PURGE\r\nNats-Rollup: sub", key + "2", "")
                    .contains("\"seq\"")));
  }

  private static String api(final String operation) {
    return "$JS.API." + operation;
  }

  private static String get(final String stream) {
    return "STREAM.MSG.GET." + stream;
  }

  private static String direct(final String stream) {
    return "DIRECT.GET." + stream;
  }

  private static String last(final String subject) {
    return "{\"last_by_subj\":\"" + subject + "\"}";
  }

  private static String next(final long sequence, final String subject) {
    return "{\"seq\":%d,\"next_by_subj\":\"%s\"}".formatted(sequence, subject);
  }

  private static String filter(final String subject) {
    return ",\"filter_subject\":\"" + subject + "\"";
  }

  private static String stream(final String name, final String subject) {
    return "{\"name\":\"%s\",\"subjects\":[\"%s\"]}".formatted(name, subject);
  }

  private static String orgOf(final Who who) {
    return who == Who.OTHER ? world.otherOrg() : world.org();
  }

  private static Row asks(
      final String operation,
      final Set<Who> allowed,
      final String request,
      final String body,
      final String sought) {
    return asks("jetstream", operation, allowed, request, body, sought);
  }

  private static Row asks(
      final String door,
      final String operation,
      final Set<Who> allowed,
      final String request,
      final String body,
      final String sought) {
    return new Row(
        door,
        operation,
        allowed,
        who -> {
          final NatsVisitor visitor = world.nats(who);
          final String answer = visitor.ask(api(request), body);
          // A batch has an end of its own.
          visitor.heard();
          return answer.contains(sought)
              || answer.contains("\"data\":\"") && decoded(answer).contains(sought);
        });
  }

  /** The stored message in an answer, in the clear. */
  private static String decoded(final String answer) {
    final String start = "\"data\":\"";
    final int from = answer.indexOf(start) + start.length();
    return new String(
        java.util.Base64.getDecoder().decode(answer.substring(from, answer.indexOf('"', from))),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Row makes(
      final String what, final Set<Who> allowed, final String stream, final String config) {
    return makes("jetstream", what, allowed, stream, config);
  }

  private static Row makes(
      final String door,
      final String what,
      final Set<Who> allowed,
      final String stream,
      final String config) {
    return new Row(
        door,
        "makes a consumer " + what,
        allowed,
        who -> {
          final String name = "c" + ++tries;
          final String answer =
              world
                  .nats(who)
                  .ask(
                      api("CONSUMER.DURABLE.CREATE." + stream + "." + name),
                      ("{\"stream_name\":\"%s\",\"config\":{\"durable_name\":\"%s\","
                              + "\"ack_policy\":\"explicit\"%s}}")
                          .formatted(stream, name, config));
          world.nats(Who.OWNER).ask(api("CONSUMER.DELETE." + stream + "." + name), "");
          return answer.contains("\"config\"");
        });
  }

  /** A new consumer of the organization's. */
  private static String consumer(final String stream, final String subject) throws Exception {
    final String name = "ours" + ++tries;
    final String answer =
        world
            .nats(Who.OWNER)
            .ask(
                api("CONSUMER.DURABLE.CREATE." + stream + "." + name),
                ("{\"stream_name\":\"%s\",\"config\":{\"durable_name\":\"%s\","
                        + "\"ack_policy\":\"explicit\",\"filter_subject\":\"%s\"}}")
                    .formatted(stream, name, subject));
    assertTrue(answer.contains("\"config\""), answer);
    return name;
  }

  /** What somebody can do with a consumer of the organization's. */
  private static Row onConsumer(
      final String operation,
      final Set<Who> allowed,
      final String request,
      final String body,
      final String sought) {
    return new Row(
        "jetstream",
        operation,
        allowed,
        who -> {
          final String name = consumer(TELEMETRY, "constellation.telemetry." + world.org() + ".>");
          final String answer = world.nats(who).ask(api(request + TELEMETRY + "." + name), body);
          return answer.contains(sought);
        });
  }

  /** Fetches a command by a new consumer; where its acknowledgement goes, or nothing. */
  private static String command(final Who who) throws Exception {
    world.nats(Who.OWNER).ask(api("CONSUMER.DELETE." + COMMANDS + "." + commandConsumer), "");
    final String subject = "constellation.commands." + world.org() + ".fetched";
    world.nats(Who.OWNER).ask(subject, SECRET);
    final String name = consumer(COMMANDS, subject);
    commandConsumer = name;
    final NatsVisitor visitor = world.nats(who);
    final String answer =
        visitor.ask(
            api("CONSUMER.MSG.NEXT." + COMMANDS + "." + name), "{\"batch\":1,\"no_wait\":true}");
    return answer.contains(SECRET) ? visitor.replyTo() : "";
  }

  /** Whether a subscription is let in, and brings what the owner then publishes. */
  private static Row listens(final String what, final Set<Who> allowed, final String subject) {
    return new Row(
        "nats",
        "listens " + what,
        allowed,
        who -> {
          final NatsVisitor visitor = world.nats(who);
          visitor.heard();
          visitor.listen(subject);
          final String text = SECRET + ++tries;
          world
              .nats(Who.OWNER)
              .tell("constellation.telemetry." + world.org() + "." + world.entity(), text);
          final boolean hasHeard = visitor.heard().stream().anyMatch(heard -> heard.endsWith(text));
          visitor.leave();
          return hasHeard;
        });
  }

  /** Whether a subscription is let in. */
  private static Row hears(final String what, final Set<Who> allowed, final String subject) {
    return new Row(
        "nats",
        "hears " + what,
        allowed,
        who -> {
          final boolean isLetIn = world.nats(who).listen(subject).isEmpty();
          world.nats(who).leave();
          return isLetIn;
        });
  }

  private static Row tells(final String what, final Set<Who> allowed, final String subject) {
    return new Row(
        "nats",
        "publishes " + what,
        allowed,
        who -> world.nats(who).tell(subject, "{\"type\":\"x\"}").isEmpty());
  }

  private static boolean overhears(final Who who, final String subject) throws Exception {
    final NatsVisitor visitor = world.nats(who);
    visitor.listen(subject);
    visitor.heard();
    final Who another = who == Who.OWN ? Who.OWNER : Who.OWN;
    final String answer = world.nats(another).ask("$JS.API.INFO", "");
    assertFalse(answer.isEmpty());
    final boolean hasHeard =
        visitor.heard().stream().anyMatch(heard -> heard.contains(another.name()));
    visitor.leave();
    return hasHeard;
  }
}
