package io.mothership.alien;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Simulated vehicles of one organization, each with an Alien of its own, publishing until closed.
 *
 * <p><em>Thread:</em> one virtual thread a vehicle. <em>Back-pressure:</em> a vehicle whose window
 * is full waits, and simulated time goes on after it.
 */
public final class SimulatedFleet implements AutoCloseable {

  /** One vehicle as a table shows it. */
  public record Row(
      String name,
      VehicleKind kind,
      String entityId,
      boolean isConnected,
      String mode,
      double latitude,
      double longitude,
      double altitude,
      double batteryPercent,
      Delivery delivery) {}

  private record Member(String name, Alien alien, SimulatedVehicle vehicle) {}

  private final List<Member> members;
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);

  private SimulatedFleet(final List<Member> members) {
    this.members = members;
  }

  /**
   * Registers one entity per kind, in the organization of {@code common}, and starts publishing.
   *
   * @param common addresses, token and organization; names, types and state files of entities are
   *     set here
   * @param folder where the vehicles keep their state files
   * @param period time between two telemetry messages of a vehicle
   */
  public static SimulatedFleet start(
      final AlienConfig common,
      final List<VehicleKind> kinds,
      final Path folder,
      final Duration period,
      final AlienListener listener) {
    final List<Member> members = new ArrayList<>();
    try {
      for (int i = 0; i < kinds.size(); i++) {
        members.add(member(common, kinds.get(i), i, folder, members, listener));
      }
    } catch (final AlienException e) {
      members.forEach(member -> member.alien().close());
      throw e;
    }
    final SimulatedFleet fleet = new SimulatedFleet(List.copyOf(members));
    fleet.start(period);
    return fleet;
  }

  private static Member member(
      final AlienConfig common,
      final VehicleKind kind,
      final int index,
      final Path folder,
      final List<Member> before,
      final AlienListener listener) {
    final String name = kind.name().toLowerCase(Locale.ROOT) + "-" + (index + 1);
    final AlienConfig.Builder config =
        AlienConfig.builder()
            .httpUrl(common.httpUrl().toString())
            .natsUrl(common.natsUrl())
            .token(common.token())
            .organization(common.orgName(), common.orgType())
            .entity(name, kind.entityType())
            .stateFile(folder.resolve(name + ".json"))
            .outgoing(common.outgoingMessagesMax(), common.inFlightMessagesMax())
            .ackTimeout(common.ackTimeout())
            .reconnectDelayMax(common.reconnectDelayMax())
            .registrationPatience(common.registrationPatience());
    common.orgId().ifPresent(config::orgId);
    if (!before.isEmpty()) {
      config.orgId(before.getFirst().alien().registration().orgId());
    }
    final Alien alien =
        Alien.open(config.build(), (notice, text) -> listener.on(notice, name + ": " + text));
    // Around a lake, far enough from each other to be told apart on a map.
    final double angle = Math.toRadians(72.0 * index);
    final SimulatedVehicle vehicle =
        new SimulatedVehicle(
            kind, index, 45.7600 + 0.01 * Math.cos(angle), 14.3400 + 0.014 * Math.sin(angle), 550);
    alien.onCommand("return_to_base", command -> vehicle.returnToBase());
    alien.onCommand("hold", command -> vehicle.hold());
    alien.onCommand("resume", command -> vehicle.resume());
    alien.onCommand("goto", command -> goTo(vehicle, command.parameters()));
    return new Member(name, alien, vehicle);
  }

  private static void goTo(final SimulatedVehicle vehicle, final Map<String, Object> place)
      throws CommandHandler.Rejected {
    if (!vehicle.kind().isMobile()) {
      throw new CommandHandler.Rejected("a " + vehicle.kind().entityType() + " does not move");
    }
    if (!(place.get("latitude") instanceof Number latitude)
        || !(place.get("longitude") instanceof Number longitude)) {
      throw new CommandHandler.Rejected("parameters.latitude and .longitude are required");
    }
    vehicle.goTo(latitude.doubleValue(), longitude.doubleValue());
  }

  private void start(final Duration period) {
    for (final Member member : members) {
      threads.add(
          Thread.ofVirtual()
              .name("ms-vehicle-" + member.name())
              .start(() -> drive(member, period)));
    }
  }

  private void drive(final Member member, final Duration period) {
    try {
      member.alien().sendEvent("status_changed", Map.of("status", "active"));
      SimulatedVehicle.Mode mode = member.vehicle().mode();
      while (!stop.await(period.toNanos(), TimeUnit.NANOSECONDS)) {
        member.vehicle().advance(period.toNanos() / 1e9);
        member.alien().sendTelemetry(member.vehicle().telemetry());
        if (member.vehicle().mode() != mode) {
          mode = member.vehicle().mode();
          member.alien().sendEvent("status_changed", Map.of("status", mode.text()));
        }
      }
    } catch (final InterruptedException e) {
      // Only close() interrupts, when the window stays full.
      Thread.currentThread().interrupt();
    }
  }

  /** The organization that all vehicles belong to. */
  public String orgId() {
    return members.getFirst().alien().registration().orgId();
  }

  public List<Row> rows() {
    return members.stream().map(SimulatedFleet::row).toList();
  }

  private static Row row(final Member member) {
    final SimulatedVehicle vehicle = member.vehicle();
    return new Row(
        member.name(),
        vehicle.kind(),
        member.alien().registration().entityId(),
        member.alien().isConnected(),
        vehicle.mode().text(),
        vehicle.latitude(),
        vehicle.longitude(),
        vehicle.altitude(),
        vehicle.batteryPercent(),
        member.alien().delivery());
  }

  /** Sums over all vehicles. */
  public Delivery delivery() {
    return members.stream()
        .map(member -> member.alien().delivery())
        .reduce(new Delivery(0, 0, 0, 0, 0, 0), Delivery::plus);
  }

  /**
   * Stops the vehicles and waits until everything they sent is acknowledged; false when it is not.
   */
  public boolean stop(final Duration timeout) throws InterruptedException {
    stop.countDown();
    final long deadlineNs = System.nanoTime() + timeout.toNanos();
    boolean isAcknowledged = true;
    for (int i = 0; i < threads.size(); i++) {
      threads.get(i).join(Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime())));
      isAcknowledged &=
          members
              .get(i)
              .alien()
              .awaitAcknowledged(Duration.ofNanos(Math.max(1, deadlineNs - System.nanoTime())));
    }
    return isAcknowledged;
  }

  @Override
  public void close() {
    stop.countDown();
    threads.forEach(Thread::interrupt);
    members.forEach(member -> member.alien().close());
  }
}
