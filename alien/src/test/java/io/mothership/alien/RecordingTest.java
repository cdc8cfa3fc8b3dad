package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordingTest {

  private static final String GPX =
      """
      <?xml version="1.0"?>
      <gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
        <wpt lat="1" lon="1"><ele>9</ele></wpt>
        <trk><trkseg>%s</trkseg></trk>
      </gpx>
      """;

  @TempDir private Path folder;

  @Test
  void shouldReadPositionsWithSpeedAndHeading() throws IOException {
    final Path file =
        gpx(
            """
            <trkpt lat="45.0" lon="14.0"><ele>100.5</ele><time>2020-12-18T06:15:50Z</time></trkpt>
            <trkpt lat="45.001" lon="14.0"><time>2020-12-18T06:16:00Z</time>
              <extensions><x:ele xmlns:x="x">7</x:ele></extensions></trkpt>
            """);

    try (Recording track = Recording.open(file)) {
      assertTrue(track.next());
      assertEquals(0, track.offsetMicros());
      assertEquals(
          Map.of("latitude", 45.0, "longitude", 14.0, "altitude", 100.5),
          track.data().get("position"));
      assertTrue(track.next());
      assertEquals(10_000_000, track.offsetMicros());
      assertEquals(11.119, track.data().get("speed"));
      assertEquals(0.0, track.data().get("heading"));
      assertEquals("2020-12-18T06:16:00Z", track.data().get("recorded_at"));
      assertEquals(
          Map.of("latitude", 45.001, "longitude", 14.0),
          track.data().get("position"),
          "the extension's ele is not the point's");
      assertFalse(track.next());
    }
  }

  @Test
  void shouldPlayOnePointASecondWhenTimesAreOfNoUse() throws IOException {
    final Path file =
        gpx(
            """
            <trkpt lat="45.0" lon="14.0"><time>1901-12-13T20:45:52.2073437Z</time></trkpt>
            <trkpt lat="45.001" lon="14.0"><time>1901-12-13T20:45:52.207Z</time></trkpt>
            """);

    try (Recording track = Recording.open(file)) {
      assertTrue(track.next());
      assertTrue(track.next());
      assertEquals(1_000_000, track.offsetMicros());
      assertFalse(track.data().containsKey("speed"));
      assertFalse(track.data().containsKey("recorded_at"));
    }
  }

  @Test
  void shouldRefuseBrokenTracks() throws IOException {
    for (final String points :
        List.of(
            "",
            "<trkpt lat=\"91\" lon=\"0\"/>",
            "<trkpt lat=\"NaN\" lon=\"0\"/>",
            "<trkpt lat=\"x\" lon=\"0\"/>",
            "<trkpt lon=\"0\"/>",
            "<trkpt lat=\"1\" lon=\"1\"><ele>high</ele></trkpt>",
            "<trkpt lat=\"1\" lon=\"1\">")) {
      final Path file = gpx(points);
      final AlienException e =
          assertThrows(AlienException.class, () -> Recording.open(file), points);
      assertEquals(AlienException.Reason.RECORDING, e.reason());
    }
  }

  @Test
  void shouldNotFollowExternalEntities() throws IOException {
    final Path secret = Files.writeString(folder.resolve("secret"), "45");
    final Path file =
        Files.writeString(
            folder.resolve("evil.gpx"),
            "<!DOCTYPE gpx [<!ENTITY e SYSTEM \""
                + secret.toUri()
                + "\">]><gpx><trk><trkseg><trkpt lat=\"1\" lon=\"1\"><ele>&e;</ele></trkpt>"
                + "</trkseg></trk></gpx>");

    assertThrows(AlienException.class, () -> Recording.open(file));
  }

  @Test
  void shouldReadLogLinesWithTheirOffsets() throws IOException {
    final String lines =
        """
        {"t_us":74131,"data":{"attitude":{"roll":0.0515}}}

        {"t_us":74000,"data":{"imu":{"accel":[1.1,-0.4,-9.6]}}}
        {"t_us":150131,"data":{"cpu":{"load":0.5}}}
        """;
    final Path plain = Files.writeString(folder.resolve("log.ndjson"), lines);
    final Path packed = folder.resolve("log.ndjson.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(lines.getBytes(StandardCharsets.UTF_8));
    }

    for (final Path file : List.of(plain, packed)) {
      try (Recording log = Recording.open(file)) {
        assertTrue(log.next());
        assertEquals(0, log.offsetMicros());
        assertEquals(Map.of("attitude", Map.of("roll", 0.0515)), log.data());
        assertTrue(log.next());
        assertEquals(0, log.offsetMicros(), "a step back is no step");
        assertTrue(log.next());
        assertEquals(76_000, log.offsetMicros());
        assertFalse(log.next());
      }
    }
  }

  @Test
  void shouldNameTheLineOfABrokenLog() throws IOException {
    final Path file =
        Files.writeString(
            folder.resolve("log.jsonl"), "{\"t_us\":1,\"data\":{\"a\":1}}\n{\"t_us\":2}\n");

    try (Recording log = Recording.open(file)) {
      assertTrue(log.next());
      final AlienException e = assertThrows(AlienException.class, log::next);
      assertTrue(e.getMessage().startsWith(file + ":2: "), e.getMessage());
    }
  }

  @Test
  void shouldRefuseUnknownAndAbsentFiles() {
    assertThrows(AlienException.class, () -> Recording.open(folder.resolve("track.kml")));
    assertThrows(AlienException.class, () -> Recording.open(folder.resolve("absent.gpx")));
    assertThrows(AlienException.class, () -> Recording.open(folder.resolve("absent.ndjson.gz")));
  }

  @Test
  void shouldReadEveryRecordOfTheSharedRecordings() {
    final Path data = SharedData.folder();

    assertEquals(184, count(data.resolve("tracks/Mojstrovka.gpx"), 183_000_000));
    assertEquals(104, count(data.resolve("tracks/around-visnjan-with-car.gpx"), 514_000_000));
    assertEquals(296, count(data.resolve("tracks/cerknicko-jezero.gpx"), 7_190_000_000L));
    assertEquals(23_596, count(data.resolve("px4-log.ndjson.gz"), 69_000_000));
  }

  private static int count(final Path file, final long aboutMicros) {
    int count = 0;
    long offset = 0;
    try (Recording recording = Recording.open(file)) {
      while (recording.next()) {
        count++;
        assertTrue(recording.offsetMicros() >= offset, "time falls at " + count + " of " + file);
        offset = recording.offsetMicros();
        assertFalse(recording.data().isEmpty());
      }
    }
    assertEquals(aboutMicros, offset, aboutMicros * 0.01, file.toString());
    return count;
  }

  private Path gpx(final String points) throws IOException {
    return Files.writeString(folder.resolve("track.gpx"), GPX.formatted(points));
  }

  /** The recorded data beside the checkout: required in CI. */
  private static final class SharedData {

    private static Path folder() {
      final String given = System.getenv("MOTHERSHIP_SHARED");
      final Path shared = given == null ? Path.of("../../shared") : Path.of(given);
      final Path data = shared.resolve("data");
      assumeTrue(
          Files.isDirectory(data) || "true".equals(System.getenv("CI")),
          "recorded data is not there: " + data.toAbsolutePath().normalize());
      return data;
    }
  }
}
