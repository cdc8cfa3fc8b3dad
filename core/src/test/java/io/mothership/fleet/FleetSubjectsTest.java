package io.mothership.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.fleet.FleetSubjects.Family;
import io.mothership.fleet.FleetSubjects.Parts;
import io.mothership.frame.Slice;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FleetSubjectsTest {

  @Test
  void shouldReadWhatItMade() {
    assertEquals(
        new Parts(Family.TELEMETRY, "o", "e", false),
        FleetSubjects.parse(FleetSubjects.telemetry("o", "e")).orElseThrow());
    assertEquals(
        new Parts(Family.EVENTS, "o", "note", false),
        FleetSubjects.parse(FleetSubjects.event("o", "note")).orElseThrow());
    assertEquals(
        new Parts(Family.ENTITIES, "o", "created", false),
        FleetSubjects.parse(FleetSubjects.entityChange("o", "created")).orElseThrow());
    final String broadcast = FleetSubjects.command("o", FleetSubjects.BROADCAST);
    assertTrue(FleetSubjects.parse(broadcast).orElseThrow().isBroadcast());
    assertEquals(
        "constellation.operations.o.mission.started",
        FleetSubjects.operation("o", "mission", "started"));
    assertEquals("constellation.commands.o.>", Family.COMMANDS.of("o"));
    assertEquals("constellation.commands.*.>", Family.COMMANDS.of("*"));
  }

  @Test
  void shouldTellWhatIsNotOfTheFleet() {
    assertEquals(Optional.empty(), FleetSubjects.parse("other.telemetry.o.e"));
    assertEquals(Optional.empty(), FleetSubjects.parse("constellation.telemetry.o"));
    assertEquals(Optional.empty(), FleetSubjects.parse("constellation.weather.o.e"));
    assertEquals(
        new Parts(Family.EVENTS, "o", "e", true),
        FleetSubjects.parse("constellation.events.isr.o.e").orElseThrow());
    assertEquals(
        new Parts(Family.EVENTS, "isr", "o", false),
        FleetSubjects.parse("constellation.events.isr.o").orElseThrow());
  }

  @Test
  void shouldKnowABroadcastByItsBytes() {
    assertTrue(isBroadcast("constellation.commands.o.broadcast"));
    for (final String other :
        List.of(
            "constellation.commands.broadcast",
            "constellation.commands..broadcast",
            "constellation.commands.o.p.broadcast",
            "constellation.commands.o.broadcasts",
            "constellation.events.o.broadcast")) {
      assertFalse(isBroadcast(other), other);
    }
  }

  private static boolean isBroadcast(final String subject) {
    return FleetSubjects.isBroadcast(Slice.of(subject));
  }

  @Test
  void shouldRefuseWhatIsMoreThanOneToken() {
    for (final String bad : List.of("", "a.b", "*", ">", "a b", "a\r\n")) {
      assertThrows(
          IllegalArgumentException.class, () -> FleetSubjects.command("o", bad), () -> bad);
      assertThrows(IllegalArgumentException.class, () -> FleetSubjects.event(bad, "t"), () -> bad);
    }
  }
}
