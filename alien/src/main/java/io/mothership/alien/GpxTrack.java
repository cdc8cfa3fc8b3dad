package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The points of all tracks and routes of a GPX file (1.0 and 1.1), as positions with speed and
 * heading.
 *
 * <p>A file whose times are missing or do not always advance is played at one point a second,
 * without speeds.
 */
final class GpxTrack implements Recording {

  private static final int POINT_COUNT_MAX = 1_000_000;
  private static final long UNTIMED_STEP_MICROS = 1_000_000;

  /** One point; altitude is NaN where the file has none. */
  record Point(double latitude, double longitude, double altitude, Optional<Instant> time) {}

  private final List<Point> points;
  private final boolean isTimed;
  private int index = -1;

  GpxTrack(final List<Point> points) {
    this.points = points;
    this.isTimed = hasAdvancingTimes(points);
  }

  static GpxTrack read(final Path file) throws IOException {
    final XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try (InputStream in = Files.newInputStream(file)) {
      final XMLStreamReader xml = factory.createXMLStreamReader(in);
      final List<Point> points = points(xml);
      xml.close();
      if (points.isEmpty()) {
        throw new AlienException(Reason.RECORDING, file + " has no track or route points");
      }
      return new GpxTrack(points);
    } catch (final XMLStreamException | NumberFormatException e) {
      throw new AlienException(Reason.RECORDING, file + ": " + e.getMessage(), e);
    }
  }

  private static List<Point> points(final XMLStreamReader xml) throws XMLStreamException {
    final List<Point> points = new ArrayList<>();
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.START_ELEMENT
          && ("trkpt".equals(xml.getLocalName()) || "rtept".equals(xml.getLocalName()))) {
        if (points.size() == POINT_COUNT_MAX) {
          throw new XMLStreamException("too many points: max=" + POINT_COUNT_MAX);
        }
        points.add(point(xml));
      }
    }
    return points;
  }

  private static Point point(final XMLStreamReader xml) throws XMLStreamException {
    final double latitude = degrees(xml, "lat", 90);
    final double longitude = degrees(xml, "lon", 180);
    double altitude = Double.NaN;
    Optional<Instant> time = Optional.empty();
    int depth = 1;
    while (depth > 0) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          // Only direct children: extensions have elements of the same names.
          if (depth == 1 && "ele".equals(xml.getLocalName())) {
            altitude = Double.parseDouble(xml.getElementText().strip());
          } else if (depth == 1 && "time".equals(xml.getLocalName())) {
            time = time(xml.getElementText().strip());
          } else {
            depth++;
          }
        }
        case XMLStreamConstants.END_ELEMENT -> depth--;
        default -> {
          // Text, comments and white space between elements.
        }
      }
    }
    return new Point(latitude, longitude, altitude, time);
  }

  private static double degrees(final XMLStreamReader xml, final String name, final double max)
      throws XMLStreamException {
    final String text = xml.getAttributeValue(null, name);
    if (text == null) {
      throw new XMLStreamException("a point without " + name, xml.getLocation());
    }
    final double degrees = Double.parseDouble(text);
    if (!(Math.abs(degrees) <= max)) {
      throw new XMLStreamException(
          name + " out of range: max=" + max + ", actual=" + text, xml.getLocation());
    }
    return degrees;
  }

  private static Optional<Instant> time(final String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (final DateTimeException e) {
      try {
        return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
      } catch (final DateTimeException e2) {
        return Optional.empty();
      }
    }
  }

  private static boolean hasAdvancingTimes(final List<Point> points) {
    for (int i = 0; i < points.size(); i++) {
      final Optional<Instant> time = points.get(i).time();
      if (time.isEmpty() || i > 0 && time.get().isBefore(points.get(i - 1).time().orElseThrow())) {
        return false;
      }
    }
    final Instant first = points.getFirst().time().orElseThrow();
    return points.size() == 1 || first.isBefore(points.getLast().time().orElseThrow());
  }

  @Override
  public boolean next() {
    if (index + 1 >= points.size()) {
      return false;
    }
    index++;
    return true;
  }

  @Override
  public long offsetMicros() {
    return isTimed ? micros(points.getFirst(), points.get(index)) : index * UNTIMED_STEP_MICROS;
  }

  @Override
  public Map<String, Object> data() {
    final Point point = points.get(index);
    final Map<String, Object> data = new LinkedHashMap<>();
    data.put("position", Alien.position(point.latitude(), point.longitude(), point.altitude()));
    if (index > 0) {
      final Point before = points.get(index - 1);
      final double metres = Earth.distanceMetres(before, point);
      final long micros = isTimed ? micros(before, point) : 0;
      if (micros > 0) {
        data.put("speed", Math.round(metres * 1e9 / micros) / 1e3);
      }
      if (metres > 0) {
        data.put("heading", Math.round(Earth.bearingDegrees(before, point) * 10) / 10.0);
      }
    }
    point.time().filter(time -> isTimed).ifPresent(t -> data.put("recorded_at", t.toString()));
    return data;
  }

  @Override
  public void close() {
    // The file was read whole.
  }

  private static long micros(final Point from, final Point to) {
    return ChronoUnit.MICROS.between(from.time().orElseThrow(), to.time().orElseThrow());
  }

  /** A sphere is good to 0.5 %, which is better than the recordings. */
  private static final class Earth {

    private static final double RADIUS_METRES = 6_371_000;

    private static double distanceMetres(final Point from, final Point to) {
      final double lat1 = Math.toRadians(from.latitude());
      final double lat2 = Math.toRadians(to.latitude());
      final double halfLat = Math.sin((lat2 - lat1) / 2);
      final double halfLon = Math.sin(Math.toRadians(to.longitude() - from.longitude()) / 2);
      final double chord = halfLat * halfLat + Math.cos(lat1) * Math.cos(lat2) * halfLon * halfLon;
      return 2 * RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(chord)));
    }

    private static double bearingDegrees(final Point from, final Point to) {
      final double lat1 = Math.toRadians(from.latitude());
      final double lat2 = Math.toRadians(to.latitude());
      final double turn = Math.toRadians(to.longitude() - from.longitude());
      final double y = Math.sin(turn) * Math.cos(lat2);
      final double x =
          Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(turn);
      return (Math.toDegrees(Math.atan2(y, x)) + 360) % 360;
    }
  }
}
