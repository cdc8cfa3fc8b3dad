package io.mothership.app.style;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.HotPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** Who may use whom, and what runs per message; each rule is seen failing on a bad example. */
class ArchitectureTest {
  @Test
  void shouldKeepTheArrowsBetweenModules() {
    final List<String> found = new ArrayList<>();
    for (final Project.Source source : Project.sources()) {
      if (source.isMain()) {
        ImportRules.violations(source.module(), source.text())
            .forEach(violation -> found.add(source.name() + ": " + violation));
      }
    }
    assertEquals("", String.join("\n", found));
  }

  @Test
  void shouldHaveNoCircleOfPackages() throws IOException {
    assertEquals("", String.join("\n", packages().circles()));
  }

  @Test
  void shouldKeepTheArrowsBetweenRooms() throws IOException {
    final PackageGraph packages = packages();
    final List<String> found = new ArrayList<>(packages.violations(PackageRooms.JETSTREAM));
    found.addAll(packages.violations(PackageRooms.SERVICES));
    assertEquals("", String.join("\n", found));
  }

  private static PackageGraph packages() throws IOException {
    final PackageGraph packages = new PackageGraph();
    for (final Path path : Project.classFiles()) {
      packages.add(Files.readAllBytes(path));
    }
    return packages;
  }

  @Test
  void shouldKeepTheHotPathFree() throws IOException {
    final List<String> found = new ArrayList<>();
    int marked = 0;
    for (final Path path : Project.hotClassFiles()) {
      final HotPathRules.Outcome outcome = HotPathRules.check(Files.readAllBytes(path));
      found.addAll(outcome.violations());
      marked += outcome.marked();
    }
    assertEquals("", String.join("\n", found));
    assertTrue(marked > 0, "no method is marked @HotPath");
  }

  @Test
  void shouldSeeAWrongArrow() {
    assertEquals(
        List.of("storage may not use transport: io.mothership.transport.nats.NatsListener"),
        ImportRules.violations("storage", "import io.mothership.transport.nats.NatsListener;"));
    assertEquals(
        List.of("core may not use io.netty: io.netty.buffer.ByteBuf"),
        ImportRules.violations("core", "import io.netty.buffer.ByteBuf;"));
    assertEquals(
        1, ImportRules.violations("alien", "class A { io.mothership.frame.Slice s; }").size());
    assertEquals(List.of(), ImportRules.violations("api", "import io.mothership.storage.sql.A;"));
  }

  @Test
  void shouldSeeACircleOfPackagesHoweverLong() {
    final PackageGraph packages =
        new PackageGraph()
            .add("io/mothership/a/A", "io/mothership/b/B")
            .add("io/mothership/b/B", "io/mothership/c/C")
            .add("io/mothership/d/D", "io/mothership/a/A");
    assertEquals(List.of(), packages.circles());
    assertEquals(
        List.of(
            "circle [io.mothership.a, io.mothership.b, io.mothership.c]:"
                + " io.mothership.a → io.mothership.b (A uses B);"
                + " io.mothership.b → io.mothership.c (B uses C);"
                + " io.mothership.c → io.mothership.a (C uses A)"),
        packages.add("io/mothership/c/C", "io/mothership/a/A").circles());
  }

  @Test
  void shouldSeeAnArrowThatIsNotDrawn() {
    final String engine = "io/mothership/jetstream/";
    final String services = "io/mothership/api/";
    final PackageGraph packages =
        new PackageGraph()
            .add(engine + "JetStream", engine + "api/StreamApi")
            .add(engine + "stream/Stream", engine + "index/StreamIndex")
            .add(engine + "stream/Stream", engine + "consumer/Consumers")
            .add(engine + "attic/Box", engine + "index/StreamIndex")
            .add("io/mothership/app/Wiring", engine + "JetStream")
            .add("io/mothership/app/Wiring", engine + "model/JetStreamConfig")
            .add("io/mothership/app/Wiring", engine + "consumer/Consumers");
    assertEquals(
        List.of(
            "io.mothership.app may not look into io.mothership.jetstream.consumer"
                + " (Wiring uses Consumers)",
            "io.mothership.jetstream.attic is a room that is not drawn (Box uses StreamIndex)",
            "io.mothership.jetstream.stream may not use io.mothership.jetstream.consumer"
                + " (Stream uses Consumers)"),
        packages.violations(PackageRooms.JETSTREAM));
    packages
        .add(services + "trips/routing/Route", services + "missions/Missions")
        .add(services + "trips/routing/Route", services + "rest/Body")
        .add(services + "missions/Missions", services + "trips/Trips")
        .add(services + "sinks/Sinks", services + "ingest/Ingest")
        .add(services + "rest/Filters", services + "security/BearerAuth")
        .add(services + "rest/Filters", services + "fleet/Fleet");
    assertEquals(
        List.of(
            "io.mothership.api.missions may not use io.mothership.api.trips (Missions uses Trips)",
            "io.mothership.api.rest may not use io.mothership.api.fleet (Filters uses Fleet)",
            "io.mothership.api.sinks may not use io.mothership.api.ingest (Sinks uses Ingest)"),
        packages.violations(PackageRooms.SERVICES));
  }

  @Test
  void shouldReadFromAClassFileWhatItUses() throws IOException {
    try (InputStream file = Offender.class.getResourceAsStream("ArchitectureTest$Offender.class")) {
      final PackageGraph packages = new PackageGraph().add(file.readAllBytes());
      assertEquals(
          1, packages.add("io/mothership/frame/A", "io/mothership/app/style/B").circles().size());
    }
  }

  @Test
  void shouldSeeWhatTheHotPathMayNotDo() throws IOException {
    try (InputStream file = Offender.class.getResourceAsStream("ArchitectureTest$Offender.class")) {
      final HotPathRules.Outcome outcome = HotPathRules.check(file.readAllBytes());
      final String name = "io/mothership/app/style/ArchitectureTest$Offender.";
      assertEquals(
          List.of(
              name + "boxes: boxes java/lang/Integer",
              name + "captures: captures in a lambda",
              name + "formats: makes an array",
              name + "formats: boxes java/lang/Integer",
              name + "formats: formats text",
              name + "joins: builds text",
              name + "locks: synchronizes",
              name + "makes: makes a java/lang/StringBuilder",
              name + "looks: Optional",
              name + "now: reads the wall clock",
              name + "streams: streams"),
          outcome.violations().stream().distinct().toList());
      assertEquals(9, outcome.marked());
    }
  }

  /** Does what must be seen. */
  static final class Offender {
    private int value;

    @HotPath
    Object boxes() {
      return value;
    }

    @HotPath
    IntSupplier captures() {
      return () -> value;
    }

    @HotPath
    String formats() {
      return String.format("%d", value);
    }

    @HotPath
    String joins() {
      return "x" + value;
    }

    @HotPath
    int locks() {
      synchronized (this) {
        return value;
      }
    }

    @HotPath
    Object makes() {
      return new StringBuilder();
    }

    @HotPath
    boolean looks() {
      return Optional.empty().isPresent();
    }

    @HotPath
    long now() {
      return System.currentTimeMillis();
    }

    @HotPath
    long streams() {
      return List.of().stream().count();
    }

    Object free() {
      return new Object();
    }
  }
}
