package io.mothership.app.cli;

import io.mothership.alien.Alien;
import io.mothership.alien.AlienConfig;
import io.mothership.alien.AlienListener;
import io.mothership.alien.Delivery;
import io.mothership.alien.Registration;
import io.mothership.alien.ReplayOptions;
import io.mothership.alien.ReplaySummary;
import io.mothership.alien.SimulatedVehicle;
import io.mothership.alien.TrackReplay;
import io.mothership.alien.VehicleKind;
import io.mothership.app.Lifetime;
import io.mothership.app.Logging;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership alien …}: this machine as a device of the fleet. */
@Command(
    name = "alien",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Acts as a device: registers, publishes telemetry and events, obeys commands.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership alien init --name rover-1 --type ground_vehicle_wheeled",
      "  mothership alien run --kind rover           simulated movement until Ctrl-C",
      "  mothership alien event door_opened door=2",
      "  mothership alien replay track.gpx --speed 10"
    })
final class AlienCommands implements Runnable {
  private static final Duration SETTLE_PATIENCE = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description = "Registers this device, or shows the registration it has.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership alien init",
        "  mothership alien init --org 'My Fleet' --name boat-1 --type surface_vessel_usv"
      })
  int init(@Mixin final AlienOptions options) {
    Logging.start("warn", Optional.empty());
    show(Alien.register(options.config(), listener()), options.stateFile());
    return ExitCode.OK;
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Shows the registration, or sets the status of the entity.",
      footerHeading = "%nExamples:%n",
      footer = {"  mothership alien status", "  mothership alien status maintenance"})
  int status(
      @Mixin final AlienOptions options,
      @Parameters(paramLabel = "STATUS", arity = "0..1", description = "New status.")
          final String status)
      throws InterruptedException {
    Logging.start("warn", Optional.empty());
    final Optional<Registration> registration = Registration.read(options.stateFile());
    if (status == null) {
      registration.ifPresentOrElse(
          found -> show(found, options.stateFile()),
          () -> out().println("not registered: " + options.stateFile() + " is missing"));
      out().flush();
      return registration.isPresent() ? ExitCode.OK : ExitCode.FAILURE;
    }
    try (Alien alien = Alien.open(options.config(), listener())) {
      alien.updateStatus(status);
      alien.sendEvent("status_changed", Map.of("status", status));
      return settled(alien);
    }
  }

  @Command(
      name = "event",
      mixinStandardHelpOptions = true,
      description = "Sends an event and waits for its acknowledgement.",
      footerHeading = "%nExamples:%n",
      footer = "  mothership alien event battery_low level=12 note='back home'")
  int event(
      @Mixin final AlienOptions options,
      @Parameters(index = "0", paramLabel = "TYPE", description = "One word.") final String type,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "NAME=VALUE",
              description = "The event's data.")
          final Map<String, String> data)
      throws InterruptedException {
    Logging.start("warn", Optional.empty());
    try (Alien alien = Alien.open(options.config(), listener())) {
      alien.sendEvent(type, data == null ? Map.of() : new LinkedHashMap<>(data));
      return settled(alien);
    }
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Moves and measures like a vehicle, obeys commands, until Ctrl-C.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership alien run",
        "  mothership alien run --kind boat --at 45.76,14.35 --period 200ms"
      })
  int run(
      @Mixin final AlienOptions options,
      @Option(
              names = "--kind",
              paramLabel = "KIND",
              defaultValue = "MULTIROTOR",
              description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
          final VehicleKind kind,
      @Option(
              names = "--at",
              paramLabel = "LAT,LON",
              split = ",",
              arity = "1",
              defaultValue = "45.76,14.34",
              description = "Where its base is. Default: ${DEFAULT-VALUE}.")
          final double[] base,
      @Option(
              names = "--period",
              paramLabel = "DURATION",
              converter = Demo.DurationText.class,
              defaultValue = "1s",
              description = "Time between two messages. Default: ${DEFAULT-VALUE}.")
          final Duration period)
      throws InterruptedException {
    Logging.start("warn", Optional.empty());
    if (base.length != 2) {
      throw new ParameterException(spec.commandLine(), "--at: expected LAT,LON");
    }
    final SimulatedVehicle vehicle = new SimulatedVehicle(kind, 1, base[0], base[1], 0);
    try (Lifetime lifetime = new Lifetime();
        Alien alien = Alien.open(options.config(), listener())) {
      show(alien.registration(), options.stateFile());
      alien.onCommand("return_to_base", command -> vehicle.returnToBase());
      alien.onCommand("hold", command -> vehicle.hold());
      alien.onCommand("resume", command -> vehicle.resume());
      while (!lifetime.await(period.toMillis())) {
        vehicle.advance(period.toNanos() / 1e9);
        alien.sendTelemetry(vehicle.telemetry());
      }
      return settled(alien);
    }
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description =
          "Publishes a recording (.gpx, .ndjson, .jsonl, also .gz) as telemetry of this device;"
              + " ends when every record is acknowledged. Continues where it was interrupted.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  mothership alien replay drive.gpx --speed 10",
        "  mothership alien replay flight.ndjson.gz --speed max --name px4 --type uav"
      })
  int replay(
      @Mixin final AlienOptions options,
      @Parameters(index = "0", paramLabel = "FILE", description = "The recording.") final Path file,
      @Option(
              names = "--speed",
              paramLabel = "FACTOR",
              defaultValue = "1",
              description = "Times faster than recorded, or 'max'. Default: ${DEFAULT-VALUE}.")
          final String speed,
      @Option(names = "--loop", description = "Begins again at the end, until Ctrl-C.")
          final boolean isLooped,
      @Option(names = "--restart", description = "Begins anew instead of continuing.")
          final boolean isRestarted)
      throws InterruptedException {
    Logging.start("warn", Optional.empty());
    final AlienConfig config = options.config();
    final double factor;
    try {
      factor = ReplayOptions.parseSpeed(speed);
    } catch (final IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--speed: " + e.getMessage(), e);
    }
    final ReplayOptions replay =
        ReplayOptions.of(config, file, factor).looped(isLooped).restarted(isRestarted);
    // Before anything is connected: a wrong file has nothing to do with the network.
    TrackReplay.check(file);
    final Thread replaying = Thread.currentThread();
    try (Lifetime lifetime = new Lifetime();
        Alien alien = Alien.open(config, listener())) {
      final Thread watch =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      lifetime.await();
                      replaying.interrupt();
                    } catch (final InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      final ReplaySummary summary = TrackReplay.run(alien, replay, this::show);
      watch.interrupt();
      show(summary);
      if (!summary.remark().isEmpty()) {
        spec.commandLine().getErr().println(summary.remark());
        spec.commandLine().getErr().flush();
      }
      return summary.isComplete() && summary.failed() == 0 ? ExitCode.OK : ExitCode.FAILURE;
    } catch (final InterruptedException e) {
      out().println("interrupted; the next run continues here");
      out().flush();
      return ExitCode.FAILURE;
    }
  }

  private int settled(final Alien alien) throws InterruptedException {
    final boolean isSettled = alien.awaitAcknowledged(SETTLE_PATIENCE);
    final Delivery delivery = alien.delivery();
    out()
        .printf(
            "published=%d acknowledged=%d refused=%d%n",
            delivery.published(), delivery.acknowledged(), delivery.refused());
    out().flush();
    return isSettled && delivery.refused() == 0 ? ExitCode.OK : ExitCode.FAILURE;
  }

  private void show(final ReplaySummary summary) {
    out().println(summary.line());
    out().flush();
  }

  private void show(final Registration registration, final Path stateFile) {
    out()
        .printf(
            "entity %s%norg    %s (%s)%nname   %s, type %s%nstate  %s%n",
            registration.entityId(),
            registration.orgId(),
            registration.orgName(),
            registration.entityName(),
            registration.entityType(),
            stateFile);
    out().flush();
  }

  private AlienListener listener() {
    final PrintWriter err = spec.commandLine().getErr();
    return (notice, text) -> {
      err.println(text);
      err.flush();
    };
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
