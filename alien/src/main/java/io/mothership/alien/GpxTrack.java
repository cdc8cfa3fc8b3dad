package io.mothership.alien;

import io.mothership.alien.AlienException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
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
 * <p>{@link TrackTimes} says when each is due; what it could not use is told by {@link #remark}.
 */
final class GpxTrack implements Recording {

  private static final int POINT_COUNT_MAX = 1_000_000;

  /** A limit of the JDK on expanded text; without a DTD nothing can expand. */
  private static final List<String> EXPANSION_LIMITS =
      List.of("jdk.xml.maxGeneralEntitySizeLimit", "jdk.xml.totalEntitySizeLimit");

  private static final String UNBOUND = "#ElementPrefixUnbound?";

  /** One point; altitude is NaN where the file has none. {@code track} counts tracks and routes. */
  record Point(
      double latitude, double longitude, double altitude, Optional<Instant> time, int track) {}

  private final List<Point> points;
  private final TrackTimes times;
  private int index = -1;

  GpxTrack(final List<Point> points) {
    this.points = points;
    this.times = TrackTimes.of(points);
  }

  static GpxTrack read(final Path file) throws IOException {
    final XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    EXPANSION_LIMITS.forEach(limit -> factory.setProperty(limit, 0));
    try (InputStream in = Recording.bytes(file)) {
      final XMLStreamReader xml = factory.createXMLStreamReader(in);
      final List<Point> points = points(xml);
      xml.close();
      if (points.isEmpty()) {
        throw new AlienException(Reason.RECORDING, file + " has no track or route points");
      }
      return new GpxTrack(points);
    } catch (final XMLStreamException e) {
      throw new AlienException(Reason.RECORDING, file + place(e) + ": " + plain(e), e);
    }
  }

  private static String place(final XMLStreamException e) {
    return e.getLocation() == null || e.getLocation().getLineNumber() < 1
        ? ""
        : ":" + e.getLocation().getLineNumber() + ":" + e.getLocation().getColumnNumber();
  }

  /** The parser's sentence, without the place it has in front. */
  private static String plain(final XMLStreamException e) {
    final String message = String.valueOf(e.getMessage());
    final int unbound = message.indexOf(UNBOUND);
    if (unbound >= 0) {
      final String prefix = message.substring(unbound + UNBOUND.length()).split("&", 2)[0];
      return "the prefix '" + prefix + "' of an element is not declared";
    }
    final int sentence = message.indexOf("Message: ");
    return sentence < 0 ? message : message.substring(sentence + "Message: ".length()).strip();
  }

  private static List<Point> points(final XMLStreamReader xml) throws XMLStreamException {
    final List<Point> points = new ArrayList<>();
    int track = 0;
    while (xml.hasNext()) {
      if (xml.next() != XMLStreamConstants.START_ELEMENT) {
        continue;
      }
      switch (xml.getLocalName()) {
        case "trk", "rte" -> track++;
        case "trkpt", "rtept" -> {
          if (points.size() == POINT_COUNT_MAX) {
            throw new XMLStreamException(
                "too many points: max=" + POINT_COUNT_MAX, xml.getLocation());
          }
          points.add(point(xml, track));
        }
        default -> {
          // Names, bounds, way points: nothing that moves.
        }
      }
    }
    return points;
  }

  private static Point point(final XMLStreamReader xml, final int track) throws XMLStreamException {
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
            altitude = number(xml, "ele", xml.getElementText().strip());
          } else if (depth == 1 && "time".equals(xml.getLocalName())) {
            time = GpxTime.parse(xml.getElementText().strip());
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
    return new Point(latitude, longitude, altitude, time, track);
  }

  private static double degrees(final XMLStreamReader xml, final String name, final double max)
      throws XMLStreamException {
    final String text = xml.getAttributeValue(null, name);
    if (text == null) {
      throw new XMLStreamException("a point without " + name, xml.getLocation());
    }
    final double degrees = number(xml, name, text);
    if (!(Math.abs(degrees) <= max)) {
      throw new XMLStreamException(
          name + " out of range: max=" + max + ", actual=" + cut(text), xml.getLocation());
    }
    return degrees;
  }

  private static double number(final XMLStreamReader xml, final String name, final String text)
      throws XMLStreamException {
    try {
      return Double.parseDouble(text);
    } catch (final NumberFormatException e) {
      throw new XMLStreamException(name + " is not a number: " + cut(text), xml.getLocation());
    }
  }

  private static String cut(final String text) {
    return text.substring(0, Math.min(text.length(), 32)).replaceAll("\\p{Cntrl}", "?");
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
    return times.offsetMicros(index);
  }

  @Override
  public String remark() {
    return times.remark();
  }

  @Override
  public Map<String, Object> data() {
    final Point point = points.get(index);
    final Map<String, Object> data = new LinkedHashMap<>();
    data.put("position", Alien.position(point.latitude(), point.longitude(), point.altitude()));
    if (index > 0 && points.get(index - 1).track() == point.track()) {
      final Point before = points.get(index - 1);
      final double metres = Earth.distanceMetres(before, point);
      final long micros = times.measuredMicros(index);
      if (micros > 0) {
        data.put("speed", Math.round(metres * 1e9 / micros) / 1e3);
      }
      if (metres > 0) {
        data.put("heading", Math.round(Earth.bearingDegrees(before, point) * 10) / 10.0);
      }
    }
    times.recordedAt(index).ifPresent(time -> data.put("recorded_at", time.toString()));
    return data;
  }

  @Override
  public void close() {
    // The file was read whole.
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
