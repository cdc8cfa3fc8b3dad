package io.mothership.alien;

/** Kinds of simulated vehicles. */
public enum VehicleKind {
  /** Circles over its base at 8 m/s and comes home when the battery is low. */
  MULTIROTOR("aircraft_multirotor", 8.0, 60.0),
  /** Drives between random places within 300 m at walking speed. */
  ROVER("ground_vehicle_wheeled", 1.5, 0.0),
  /** Sails parallel survey lines. */
  BOAT("surface_vessel_usv", 2.5, 0.0),
  /** Stands and measures the weather. */
  SENSOR("sensor_platform", 0.0, 0.0),
  /** Stands and follows stars. */
  TELESCOPE("telescope", 0.0, 0.0);

  private final String entityType;
  private final double speedMetresPerSecond;
  private final double cruiseHeightMetres;

  VehicleKind(
      final String entityType, final double speedMetresPerSecond, final double cruiseHeightMetres) {
    this.entityType = entityType;
    this.speedMetresPerSecond = speedMetresPerSecond;
    this.cruiseHeightMetres = cruiseHeightMetres;
  }

  public String entityType() {
    return entityType;
  }

  double speedMetresPerSecond() {
    return speedMetresPerSecond;
  }

  double cruiseHeightMetres() {
    return cruiseHeightMetres;
  }

  boolean isMobile() {
    return speedMetresPerSecond > 0;
  }
}
