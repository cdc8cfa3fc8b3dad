package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SimulatedVehicleTest {

  private static final double BASE_LATITUDE = 45.76;
  private static final double BASE_LONGITUDE = 14.34;

  @ParameterizedTest
  @EnumSource
  void shouldMovePlausiblyForADay(final VehicleKind kind) {
    final SimulatedVehicle vehicle = vehicle(kind);
    for (int second = 0; second < 86_400; second++) {
      final double latitude = vehicle.latitude();
      final double longitude = vehicle.longitude();
      vehicle.advance(1);
      final double metres =
          Math.hypot(
              (vehicle.latitude() - latitude) * 111_320,
              (vehicle.longitude() - longitude) * 111_320 * Math.cos(Math.toRadians(45.76)));
      assertTrue(metres <= kind.speedMetresPerSecond() + 1e-6, "moved " + metres + " m in 1 s");
      assertTrue(Math.abs(vehicle.latitude() - BASE_LATITUDE) < 0.01, "far away");
      assertTrue(vehicle.altitude() >= 550 && vehicle.altitude() <= 650);
      assertTrue(vehicle.batteryPercent() > 0 && vehicle.batteryPercent() <= 100);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldMeasureTheSameForTheSameSeed(final VehicleKind kind) {
    final SimulatedVehicle one = vehicle(kind);
    final SimulatedVehicle other = vehicle(kind);
    for (int i = 0; i < 100; i++) {
      one.advance(0.5);
      other.advance(0.5);
      assertEquals(one.telemetry(), other.telemetry());
    }
    assertTrue(one.telemetry().containsKey("position"));
    assertTrue(JsonText.write(one.telemetry()).length < 1024);
  }

  @Test
  void shouldObeyCommands() {
    final SimulatedVehicle rover = vehicle(VehicleKind.ROVER);
    rover.advance(10);
    rover.hold();
    final double latitude = rover.latitude();
    rover.advance(10);
    assertEquals(latitude, rover.latitude());

    rover.goTo(BASE_LATITUDE + 0.0005, BASE_LONGITUDE);
    run(rover, 600);
    assertEquals(SimulatedVehicle.Mode.HOLDING, rover.mode());
    assertEquals(BASE_LATITUDE + 0.0005, rover.latitude(), 0.0001);

    rover.returnToBase();
    for (int second = 0;
        second < 120 && rover.mode() == SimulatedVehicle.Mode.RETURNING;
        second++) {
      rover.advance(1);
    }
    assertEquals(SimulatedVehicle.Mode.CHARGING, rover.mode());
    assertEquals(BASE_LATITUDE, rover.latitude(), 0.0001);
    run(rover, 120);
    assertEquals(SimulatedVehicle.Mode.ACTIVE, rover.mode());
  }

  @Test
  void shouldKeepTheTelescopeOnAStarAboveTheHorizon() {
    final SimulatedVehicle telescope = vehicle(VehicleKind.TELESCOPE);
    double azimuth = Double.NaN;
    for (int minute = 0; minute < 1440; minute++) {
      telescope.advance(60);
      final Map<String, Object> pointing = JsonText.member(telescope.telemetry(), "telescope");
      assertTrue((double) pointing.get("altitude_degrees") >= 20);
      assertNotEquals(azimuth, (double) pointing.get("azimuth_degrees"));
      azimuth = (double) pointing.get("azimuth_degrees");
    }
  }

  private static SimulatedVehicle vehicle(final VehicleKind kind) {
    return new SimulatedVehicle(kind, 7, BASE_LATITUDE, BASE_LONGITUDE, 550);
  }

  private static void run(final SimulatedVehicle vehicle, final int seconds) {
    for (int i = 0; i < seconds * 2; i++) {
      vehicle.advance(0.5);
    }
  }
}
