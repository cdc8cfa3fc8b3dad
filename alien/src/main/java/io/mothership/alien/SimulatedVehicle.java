package io.mothership.alien;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A vehicle of some kind that moves and measures plausibly, the same way for the same seed.
 *
 * <p>Mobile kinds steer towards waypoints in metres east and north of their base; the stationary
 * ones only measure.
 *
 * <p><em>Thread:</em> any, one at a time (methods are synchronized: commands come from another
 * thread).
 */
public final class SimulatedVehicle {

  /** What a vehicle is about. */
  public enum Mode {
    /** On its usual round. */
    ACTIVE,
    /** Standing until told otherwise. */
    HOLDING,
    /** On the way to a commanded place. */
    GOING,
    /** On the way to its base. */
    RETURNING,
    /** At its base, battery charging. */
    CHARGING;

    /** As it stands in messages. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final double METRES_PER_DEGREE = 111_320;
  private static final double TURN_DEGREES_PER_SECOND = 30;
  private static final double CLIMB_METRES_PER_SECOND = 3;
  private static final double ARRIVED_METRES = 4;
  private static final double BATTERY_PERCENT_PER_SECOND = 0.05;
  private static final double BATTERY_LOW_PERCENT = 20;
  private static final double SIDEREAL_DEGREES_PER_SECOND = 360 / 86164.0905;
  private static final double TELESCOPE_ALTITUDE_MIN_DEGREES = 20;

  private final VehicleKind kind;
  private final Random random;
  private final double baseLatitude;
  private final double baseLongitude;
  private final double groundMetres;
  private Mode mode = Mode.ACTIVE;
  private double east;
  private double north;
  private double height;
  private double headingDegrees;
  private double speed;
  private double targetEast;
  private double targetNorth;
  private int waypointIndex;
  private double batteryPercent;
  private double seconds;
  private double hourAngleDegrees;
  private double declinationDegrees;

  public SimulatedVehicle(
      final VehicleKind kind,
      final long seed,
      final double baseLatitude,
      final double baseLongitude,
      final double groundMetres) {
    this.kind = kind;
    this.random = new Random(seed);
    this.baseLatitude = baseLatitude;
    this.baseLongitude = baseLongitude;
    this.groundMetres = groundMetres;
    this.batteryPercent = 70 + random.nextInt(30);
    this.headingDegrees = random.nextInt(360);
    chooseWaypoint();
    chooseStar();
  }

  public VehicleKind kind() {
    return kind;
  }

  public synchronized Mode mode() {
    return mode;
  }

  public synchronized double latitude() {
    return baseLatitude + north / METRES_PER_DEGREE;
  }

  public synchronized double longitude() {
    return baseLongitude + east / (METRES_PER_DEGREE * Math.cos(Math.toRadians(baseLatitude)));
  }

  /** Metres above mean sea level. */
  public synchronized double altitude() {
    return groundMetres + height;
  }

  public synchronized double batteryPercent() {
    return batteryPercent;
  }

  /** Lets time pass. */
  public synchronized void advance(final double elapsedSeconds) {
    seconds += elapsedSeconds;
    hourAngleDegrees += SIDEREAL_DEGREES_PER_SECOND * elapsedSeconds;
    if (starAltitudeDegrees() < TELESCOPE_ALTITUDE_MIN_DEGREES) {
      chooseStar();
    }
    if (!kind.isMobile()) {
      return;
    }
    drainOrCharge(elapsedSeconds);
    if (mode == Mode.HOLDING || mode == Mode.CHARGING) {
      speed = 0;
    } else {
      steer(elapsedSeconds);
    }
    climb(elapsedSeconds);
  }

  /** The {@code data} object of a telemetry message. */
  public synchronized Map<String, Object> telemetry() {
    final Map<String, Object> data = new LinkedHashMap<>();
    data.put(
        "position",
        Alien.position(
            rounded(latitude(), 1e7), rounded(longitude(), 1e7), rounded(altitude(), 100)));
    data.put("mode", mode.text());
    if (kind.isMobile()) {
      data.put("battery_level", rounded(batteryPercent, 10));
      data.put("speed", rounded(speed, 100));
      data.put("heading", rounded(headingDegrees, 10));
    }
    switch (kind) {
      case MULTIROTOR -> data.put("attitude", attitude(2, speed > 0 ? -6 : 0));
      case BOAT -> data.put("attitude", attitude(5, 1));
      case TELESCOPE -> data.put("telescope", pointing());
      case ROVER, SENSOR -> {
        // Weather only.
      }
    }
    data.put("sensors", weather());
    return data;
  }

  /** Stays where it is. */
  public synchronized void hold() {
    mode = Mode.HOLDING;
  }

  /** Goes back to its usual round. */
  public synchronized void resume() {
    mode = Mode.ACTIVE;
    chooseWaypoint();
  }

  /** Goes home; charging begins there. */
  public synchronized void returnToBase() {
    mode = Mode.RETURNING;
    targetEast = 0;
    targetNorth = 0;
  }

  /** Goes to a place and holds there. */
  public synchronized void goTo(final double latitude, final double longitude) {
    mode = Mode.GOING;
    targetNorth = (latitude - baseLatitude) * METRES_PER_DEGREE;
    targetEast =
        (longitude - baseLongitude) * METRES_PER_DEGREE * Math.cos(Math.toRadians(baseLatitude));
  }

  private void drainOrCharge(final double elapsedSeconds) {
    if (mode == Mode.CHARGING) {
      batteryPercent = Math.min(100, batteryPercent + elapsedSeconds);
      if (batteryPercent >= 100) {
        resume();
      }
    } else {
      batteryPercent = Math.max(0, batteryPercent - BATTERY_PERCENT_PER_SECOND * elapsedSeconds);
      if (batteryPercent < BATTERY_LOW_PERCENT && mode != Mode.RETURNING) {
        returnToBase();
      }
    }
  }

  private void steer(final double elapsedSeconds) {
    final double toEast = targetEast - east;
    final double toNorth = targetNorth - north;
    final double distance = Math.hypot(toEast, toNorth);
    if (distance < ARRIVED_METRES) {
      arrive();
      return;
    }
    final double wanted = (Math.toDegrees(Math.atan2(toEast, toNorth)) + 360) % 360;
    final double turn = (wanted - headingDegrees + 540) % 360 - 180;
    final double turnMax = TURN_DEGREES_PER_SECOND * elapsedSeconds;
    headingDegrees = (headingDegrees + Math.clamp(turn, -turnMax, turnMax) + 360) % 360;
    // Slower in turns and near the waypoint, so that it is reached and not circled.
    final double cornering = Math.max(0.15, Math.cos(Math.toRadians(Math.min(90, Math.abs(turn)))));
    speed = Math.min(kind.speedMetresPerSecond() * cornering, distance / elapsedSeconds);
    east += Math.sin(Math.toRadians(headingDegrees)) * speed * elapsedSeconds;
    north += Math.cos(Math.toRadians(headingDegrees)) * speed * elapsedSeconds;
  }

  private void arrive() {
    speed = 0;
    switch (mode) {
      case RETURNING -> mode = Mode.CHARGING;
      case GOING -> mode = Mode.HOLDING;
      default -> chooseWaypoint();
    }
  }

  private void climb(final double elapsedSeconds) {
    final double wanted =
        mode == Mode.CHARGING ? 0 : kind.cruiseHeightMetres() * (1 + 0.1 * Math.sin(seconds / 20));
    final double step = CLIMB_METRES_PER_SECOND * elapsedSeconds;
    height += Math.clamp(wanted - height, -step, step);
  }

  private void chooseWaypoint() {
    switch (kind) {
      case MULTIROTOR -> {
        final double angle = Math.toRadians(30.0 * (waypointIndex % 12));
        targetEast = 150 * Math.sin(angle);
        targetNorth = 150 * Math.cos(angle);
      }
      case BOAT -> {
        // Lines of 400 m, 50 m apart, there and back.
        final int line = waypointIndex / 2 % 8;
        final boolean isFarEnd = (waypointIndex % 2 == 1) != (line % 2 == 1);
        targetEast = isFarEnd ? 200 : -200;
        targetNorth = line * 50.0;
      }
      default -> {
        targetEast = random.nextDouble(-300, 300);
        targetNorth = random.nextDouble(-300, 300);
      }
    }
    waypointIndex++;
  }

  private void chooseStar() {
    // Rising in the east, at a declination that comes high enough at this latitude.
    declinationDegrees = baseLatitude + random.nextDouble(-30, 30);
    hourAngleDegrees = random.nextDouble(-35, 0);
  }

  private double starAltitudeDegrees() {
    final double latitude = Math.toRadians(baseLatitude);
    final double declination = Math.toRadians(declinationDegrees);
    return Math.toDegrees(
        Math.asin(
            Math.sin(latitude) * Math.sin(declination)
                + Math.cos(latitude)
                    * Math.cos(declination)
                    * Math.cos(Math.toRadians(hourAngleDegrees))));
  }

  private Map<String, Object> pointing() {
    final double latitude = Math.toRadians(baseLatitude);
    final double declination = Math.toRadians(declinationDegrees);
    final double hourAngle = Math.toRadians(hourAngleDegrees);
    final double azimuth =
        Math.toDegrees(
            Math.atan2(
                -Math.cos(declination) * Math.sin(hourAngle),
                Math.sin(declination) * Math.cos(latitude)
                    - Math.cos(declination) * Math.cos(hourAngle) * Math.sin(latitude)));
    final Map<String, Object> pointing = new LinkedHashMap<>();
    pointing.put("altitude_degrees", rounded(starAltitudeDegrees(), 1e4));
    pointing.put("azimuth_degrees", rounded((azimuth + 360) % 360, 1e4));
    pointing.put("declination_degrees", rounded(declinationDegrees, 1e4));
    pointing.put("hour_angle_hours", rounded(hourAngleDegrees / 15, 1e5));
    pointing.put("tracking", mode != Mode.HOLDING);
    return pointing;
  }

  private Map<String, Object> attitude(final double swingDegrees, final double pitchDegrees) {
    final Map<String, Object> attitude = new LinkedHashMap<>();
    attitude.put("roll", rounded(swingDegrees * Math.sin(seconds * 1.1), 100));
    attitude.put("pitch", rounded(pitchDegrees + swingDegrees * Math.sin(seconds * 0.7), 100));
    attitude.put("yaw", rounded(headingDegrees, 10));
    return attitude;
  }

  private Map<String, Object> weather() {
    final double day = 2 * Math.PI * seconds / 86_400;
    final Map<String, Object> weather = new LinkedHashMap<>();
    weather.put(
        "temperature",
        rounded(15 - 0.0065 * height + 6 * Math.sin(day) + 0.1 * random.nextGaussian(), 10));
    // The barometric formula near the ground: about 1 hPa in 8.3 m.
    weather.put("pressure", rounded(1013.25 - altitude() / 8.3 + 0.05 * random.nextGaussian(), 10));
    weather.put("humidity", rounded(55 - 15 * Math.sin(day) + 0.5 * random.nextGaussian(), 10));
    return weather;
  }

  private static double rounded(final double value, final double steps) {
    return Math.round(value * steps) / steps;
  }
}
