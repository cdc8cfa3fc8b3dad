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
import java.util.ArrayList;
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
  void shouldPlaceAPointWithoutTimeBetweenItsNeighbours() throws IOException {
    final Path file =
        gpx(point("") + point("2024-01-01T00:00:00Z") + point("") + point("2024-01-01T00:20:00Z"));

    try (Recording track = Recording.open(file)) {
      assertEquals(List.of(0L, 1L, 601L, 1201L), offsetSeconds(track));
      assertTrue(track.data().containsKey("recorded_at"));
      assertTrue(track.remark().startsWith("2 of 4 points have no time of use"), track.remark());
    }
  }

  @Test
  void shouldReadShorterFormsOfTimes() throws IOException {
    for (final String time :
        List.of(
            "2024-01-01T02:00:01+0200",
            "2024-01-01T02:00:01+02:00",
            "2023-12-31T17:00:01-07",
            "2024-01-01 00:00:01",
            "2024-01-01t00:00:01z",
            "2024-01-01T00:00:01,000Z",
            "2024-01-01T00:00:01.000000000123Z")) {
      final Path file = gpx(point("2024-01-01T00:00Z") + point(time));
      try (Recording track = Recording.open(file)) {
        assertEquals(List.of(0L, 1L), offsetSeconds(track), time);
        assertEquals("2024-01-01T00:00:01Z", track.data().get("recorded_at"), time);
        assertEquals("", track.remark(), time);
      }
    }
  }

  @Test
  void shouldPlayTracksOneAfterTheOther() throws IOException {
    final Path file =
        gpx(
            point("2024-01-02T00:00:00Z")
                + point("2024-01-02T00:00:10Z")
                + "</trkseg></trk><trk><trkseg>"
                + point("2024-01-01T00:00:00Z")
                + point("2024-01-01T00:00:05Z"));

    try (Recording track = Recording.open(file)) {
      assertEquals(List.of(0L, 10L, 11L, 16L), offsetSeconds(track));
      assertEquals("2024-01-01T00:00:05Z", track.data().get("recorded_at"));
      assertEquals("", track.remark());
    }
  }

  @Test
  void shouldSayWhereATrackIsBrokenInOneLine() throws IOException {
    final Path cut =
        Files.writeString(
            folder.resolve("cut.gpx"),
            "<?xml version=\"1.0\"?><gpx><trk><trkseg><trkpt lat=\"45\" lon=\"14\"><ti");
    assertEquals(
        cut + ":1:68: XML document structures must start and end within the same entity.",
        assertThrows(AlienException.class, () -> Recording.open(cut)).getMessage());
    final Path unbound = gpx("<trkpt lat=\"1\" lon=\"1\"><g:hr>1</g:hr></trkpt>");
    final String message =
        assertThrows(AlienException.class, () -> Recording.open(unbound)).getMessage();
    assertTrue(message.endsWith(": the prefix 'g' of an element is not declared"), message);
  }

  @Test
  void shouldReadLongTracksWithEscapedTexts() throws IOException {
    final String described =
        "<trkpt lat=\"1\""
            + " lon=\"1\"><desc>&lt;b&gt;speed&lt;/b&gt;&lt;br&gt;&amp;nbsp;</desc></trkpt>";

    try (Recording track = Recording.open(gpx(described.repeat(20_000)))) {
      assertEquals(20_000, offsetSeconds(track).size());
    }
  }

  @Test
  void shouldReadPackedTracks() throws IOException {
    final Path packed = folder.resolve("track.gpx.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(gpx(point("")), out);
    }

    try (Recording track = Recording.open(packed)) {
      assertEquals(List.of(0L), offsetSeconds(track));
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
  void shouldPassOverLinesThatCannotBeUsedAndSayWhy() throws IOException {
    final String good = "{\"t_us\":1,\"data\":{\"a\":1}}\n";
    for (final Map.Entry<String, String> bad :
        Map.of(
                "{\"t_us\":2,\"data\":{\"a\":NaN}}", "NaN and infinity are no numbers in JSON",
                "{\"t_us\":2,\"data\":{\"a\":1e400}}", "a number is out of range",
                "{\"t_us\":2}", "data, an object, is missing",
                "{\"data\":{}}", "t_us, a number of microseconds, is missing",
                "{\"t_us\":2,\"da", "not a whole JSON text at column 14",
                "[1]", "not a JSON object",
                "{\"t_us\":2,\"data\":{\"a\":\"\u00e9\"}}", "not UTF-8")
            .entrySet()) {
      final Path file =
          Files.writeString(
              folder.resolve("log.jsonl"),
              good + bad.getKey() + "\n" + good,
              StandardCharsets.ISO_8859_1);
      try (Recording log = Recording.open(file)) {
        assertTrue(log.next());
        assertTrue(log.next());
        assertFalse(log.next());
        assertEquals(file + ":2: " + bad.getValue() + "; this line is passed over", log.remark());
      }
    }
  }

  @Test
  void shouldTakeARecordWithoutValues() throws IOException {
    final Path file = Files.writeString(folder.resolve("log.ndjson"), "{\"t_us\":1,\"data\":{}}");
    try (Recording log = Recording.open(file)) {
      assertTrue(log.next());
      assertEquals(Map.of(), log.data());
    }
  }

  @Test
  void shouldRefuseALogWithoutOneUsableRecord() throws IOException {
    final Path empty = Files.writeString(folder.resolve("empty.ndjson"), "");
    final Path broken = Files.writeString(folder.resolve("broken.ndjson"), "x\ny\n");
    for (final Path file : List.of(empty, broken)) {
      try (Recording log = Recording.open(file)) {
        assertThrows(AlienException.class, log::next);
      }
      assertThrows(AlienException.class, () -> TrackReplay.check(file));
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

  private static String point(final String time) {
    return "<trkpt lat=\"45\" lon=\"14\">"
        + (time.isEmpty() ? "" : "<time>" + time + "</time>")
        + "</trkpt>";
  }

  /** When each point is due; the recording stands at its last one afterwards. */
  private static List<Long> offsetSeconds(final Recording recording) {
    final List<Long> seconds = new ArrayList<>();
    while (recording.next()) {
      seconds.add(recording.offsetMicros() / 1_000_000);
    }
    return seconds;
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
