package io.mothership.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TenantSubjectsTest {
  private static final SubjectRules VIEWER = rules(Role.VIEWER);
  private static final SubjectRules OPERATOR = rules(Role.OPERATOR);
  private static final SubjectRules INGEST = rules(Role.INGEST);

  private static SubjectRules rules(final Role role) {
    return TenantSubjects.rules(OrganizationScope.of(Set.of("a")), Set.of(role));
  }

  private static boolean maySubscribe(final SubjectRules rules, final String subject) {
    return rules.maySubscribe(Slice.of(subject), new Slice());
  }

  private static boolean mayPublish(final SubjectRules rules, final String subject) {
    return rules.mayPublish(Slice.of(subject));
  }

  @Test
  void shouldLetReadersHearTheirOrganizationOnly() {
    for (final String family : List.of("telemetry", "events", "entities", "operations")) {
      assertTrue(maySubscribe(VIEWER, "constellation." + family + ".a.>"), family);
      assertTrue(maySubscribe(VIEWER, "constellation." + family + ".a.*"), family);
      assertFalse(maySubscribe(VIEWER, "constellation." + family + ".b.>"), family);
      assertFalse(maySubscribe(VIEWER, "constellation." + family + ".*.x"), family);
      assertFalse(maySubscribe(VIEWER, "constellation." + family + ".>"), family);
      assertFalse(maySubscribe(INGEST, "constellation." + family + ".a.>"), family);
    }
    assertTrue(maySubscribe(VIEWER, "constellation.commands.a.broadcast"));
    assertTrue(maySubscribe(VIEWER, "constellation.events.isr.a.>"));
    assertFalse(maySubscribe(VIEWER, "constellation.events.isr.>"));
    assertFalse(maySubscribe(VIEWER, "constellation.system.health"));
    assertTrue(maySubscribe(VIEWER, "$KV.any.a.>"));
    assertFalse(maySubscribe(VIEWER, "$KV.any.>"));
    assertFalse(maySubscribe(VIEWER, "$JS.EVENT.>"));
    assertFalse(maySubscribe(VIEWER, "$JS.API.>"));
  }

  @Test
  void shouldLetRolesPublishWhatIsTheirs() {
    assertFalse(mayPublish(VIEWER, "constellation.telemetry.a.x"));
    assertFalse(mayPublish(VIEWER, "constellation.commands.a.x"));
    assertFalse(mayPublish(VIEWER, "$KV.any.a.x"));
    assertTrue(mayPublish(INGEST, "constellation.telemetry.a.x"));
    assertTrue(mayPublish(INGEST, "constellation.events.isr.a.x"));
    assertFalse(mayPublish(INGEST, "constellation.commands.a.x"));
    assertTrue(mayPublish(OPERATOR, "constellation.commands.a.x"));
    assertTrue(mayPublish(OPERATOR, "$KV.any.a.x"));
    assertFalse(mayPublish(OPERATOR, "$KV.any.b.x"));
    assertFalse(mayPublish(OPERATOR, "constellation.commands.b.x"));
    assertFalse(mayPublish(OPERATOR, "constellation.entities.a.updated"));
    assertFalse(mayPublish(OPERATOR, "other"));
    assertTrue(mayPublish(VIEWER, "$JS.API.STREAM.NAMES"));
    assertTrue(mayPublish(VIEWER, "$JS.constellation.API.STREAM.NAMES"));
    assertTrue(mayPublish(VIEWER, "$JS.ACK.S.c.1.1.1.1.0"));
    assertFalse(mayPublish(VIEWER, "$JS.EVENT.ADVISORY.x"));
  }

  @Test
  void shouldKnowOwnInboxesFromEverybodys() {
    for (final SubjectRules rules : List.of(VIEWER, OPERATOR, INGEST)) {
      for (final String own : List.of("_INBOX.x", "_INBOX.x.*", "_INBOX.x.>", "_INBOX.**.1")) {
        assertTrue(maySubscribe(rules, own), own);
      }
      for (final String all :
          List.of(
              "_INBOX.>", "_INBOX.*", "_INBOX.*.>", "_INBOX.*.x", "_INBOX.", "_INBOX", "_>", ">")) {
        assertFalse(maySubscribe(rules, all), all);
      }
      assertTrue(mayPublish(rules, "_INBOX.x.1"));
      assertFalse(mayPublish(rules, "_INBOX"));
      assertTrue(rules.mayReplyTo(Slice.of("_INBOX.x.1")));
      // The appliance would carry its answer there in its own name.
      assertFalse(rules.mayReplyTo(Slice.of("constellation.commands.b.x")));
      assertFalse(rules.mayReplyTo(Slice.of("constellation.telemetry.a.x")));
      assertFalse(rules.mayReplyTo(Slice.of("$JS.API.STREAM.DELETE.X")));
    }
    assertTrue(SubjectRules.OPEN.mayReplyTo(Slice.of("any.subject")));
  }

  @Test
  void shouldReadFromStreamsWhatMayBeHeard() {
    final SubjectScope scope = VIEWER.scope();
    assertFalse(scope.isOpen());
    assertTrue(scope.contains(Slice.of("constellation.telemetry.a.x")));
    assertFalse(scope.contains(Slice.of("constellation.telemetry.b.x")));
    assertTrue(scope.covers(bytes("constellation.telemetry.a.*")));
    assertFalse(scope.covers(bytes("constellation.telemetry.>")));
    assertTrue(scope.overlaps(bytes("constellation.telemetry.>")));
    assertFalse(scope.overlaps(bytes("orders.>")));
    assertTrue(scope.mayAddress(bytes("_INBOX.x")));
    assertFalse(scope.mayAddress(bytes("constellation.telemetry.a.x")));
    assertFalse(INGEST.scope().overlaps(bytes(">")));
    assertFalse(scope.takes(bytes("constellation.commands.a.x")));
    assertTrue(OPERATOR.scope().takes(bytes("constellation.commands.a.x")));
    assertFalse(OPERATOR.scope().takes(bytes("constellation.commands.b.x")));
    assertSame(SubjectScope.OPEN, SubjectRules.OPEN.scope());
  }

  @Test
  void shouldNarrowButNeverWidenByRulesOfItsOwn() {
    final SubjectRules own =
        new SubjectRules(
            List.of(">"), List.of("constellation.commands.>"), List.of(">"), List.of());
    final SubjectRules both = own.within(OPERATOR);
    assertTrue(mayPublish(both, "constellation.telemetry.a.x"));
    assertFalse(mayPublish(both, "constellation.commands.a.x"));
    assertFalse(mayPublish(both, "constellation.telemetry.b.x"));
    assertFalse(maySubscribe(both, ">"));
    assertFalse(both.mayReplyTo(Slice.of("any")));
    assertFalse(both.scope().isOpen());
    assertSame(OPERATOR, SubjectRules.OPEN.within(OPERATOR));
    assertSame(own, own.within(SubjectRules.OPEN));
    assertFalse(own.equals(both));
    assertEquals(both, own.within(rules(Role.OPERATOR)));
  }

  @Test
  void shouldHoldAnEntitysPrincipalToItsOwnSubjects() {
    final SubjectRules device =
        TenantSubjects.rules(
            OrganizationScope.of(Set.of("a")).only(Set.of("e")), Set.of(Role.OPERATOR));
    assertTrue(mayPublish(device, "constellation.telemetry.a.e"));
    assertFalse(mayPublish(device, "constellation.telemetry.a.f"));
    assertTrue(mayPublish(device, "constellation.events.a.command_ack"));
    assertFalse(maySubscribe(device, "constellation.events.a.>"));
    assertTrue(maySubscribe(device, "constellation.commands.a.e"));
    assertTrue(maySubscribe(device, "constellation.commands.a.broadcast"));
    assertFalse(maySubscribe(device, "constellation.commands.a.>"));
    assertFalse(mayPublish(device, "constellation.commands.a.broadcast"));
  }

  @Test
  void shouldHoldThoseOfAllOrganizationsToTheirRole() {
    final SubjectRules watcher = TenantSubjects.rules(OrganizationScope.all(), Set.of(Role.VIEWER));
    assertTrue(maySubscribe(watcher, "constellation.telemetry.>"));
    assertFalse(mayPublish(watcher, "constellation.commands.a.x"));
    assertFalse(maySubscribe(watcher, ">"));
    assertSame(
        SubjectRules.OPEN, TenantSubjects.rules(OrganizationScope.all(), Set.of(Role.ADMIN)));
  }

  @Test
  void shouldRefuseIdsThatWouldMeanMore() {
    for (final String id : List.of("", "*", ">", "a.b", "a b", "isr", "a\u00e9", "x".repeat(129))) {
      assertThrows(
          IllegalArgumentException.class, () -> OrganizationScope.of(Set.of(id)), "'" + id + "'");
    }
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
