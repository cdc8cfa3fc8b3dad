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

  @TempDir private static Path folder;
  private static TenantWorld world;
  private static int tries;

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
  @MethodSource({"overHttp", "overWebSocket", "overNats"})
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
                world
                    .nats(who)
                    .tell("$JS.API.INFO", "$JS.API.STREAM.PURGE.KV_settings", "")
                    .isEmpty()));
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
