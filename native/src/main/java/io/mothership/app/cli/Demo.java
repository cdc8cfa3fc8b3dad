package io.mothership.app.cli;

import io.mothership.alien.AlienConfig;
import io.mothership.alien.Delivery;
import io.mothership.alien.SimulatedFleet;
import io.mothership.alien.VehicleKind;
import io.mothership.app.Lifetime;
import io.mothership.app.Logging;
import io.mothership.app.Role;
import io.mothership.app.Wiring;
import io.mothership.config.ConfigKey;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.StorageKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code mothership demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Starts an appliance on free ports with a temporary data folder and simulated vehicles, and"
            + " shows where to look.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership demo                     until Ctrl-C",
      "  mothership demo --for 20s           ends by itself; exit code 0 if nothing was lost",
      "  mothership demo --period 50ms       twenty messages a second from each vehicle"
    })
final class Demo implements Callable<Integer> {
  private static final Duration SETTLE_PATIENCE = Duration.ofSeconds(15);
  private static final long TABLE_PERIOD_MS = 1_000;
  private static final long QUIET_LINE_PERIOD = 5;
  private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";

  @Spec private CommandSpec spec;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      converter = DurationText.class,
      description = "Ends after this time, e.g. 20s or 2m.")
  private Duration duration;

  @Option(
      names = "--period",
      paramLabel = "DURATION",
      converter = DurationText.class,
      defaultValue = "500ms",
      description = "Time between two messages of a vehicle. Default: ${DEFAULT-VALUE}.")
  private Duration period;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "HTTP port. Default: any free one.")
  private int httpPort;

  @Option(
      names = "--nats",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "NATS port. Default: any free one.")
  private int natsPort;

  private PrintWriter out;

  @Override
  public Integer call() throws Exception {
    out = spec.commandLine().getOut();
    Logging.start("warn", Optional.empty());
    final Path folder = Files.createTempDirectory("mothership-demo-");
    try (Lifetime lifetime = new Lifetime()) {
      final int exitCode = run(folder, lifetime);
      delete(folder);
      lifetime.exitCode(exitCode);
      return exitCode;
    }
  }

  private int run(final Path folder, final Lifetime lifetime) throws Exception {
    final MothershipConfig config = config(folder.resolve("data"));
    final String token = config.text(HttpKeys.TOKEN);
    try (Wiring appliance = Wiring.start(config, Role.APPLIANCE)) {
      final String http = "http://127.0.0.1:" + appliance.ports().get("http");
      final String nats = "nats://127.0.0.1:" + appliance.ports().get("nats");
      final AlienConfig common =
          AlienConfig.builder()
              .httpUrl(http)
              .natsUrl(nats)
              .token(token)
              .organization("Demo Fleet", "civilian")
              .build();
      final Path vehicles = Files.createDirectories(folder.resolve("vehicles"));
      try (SimulatedFleet fleet =
              SimulatedFleet.start(
                  common, List.of(VehicleKind.values()), vehicles, period, (notice, text) -> {});
          JournalWatch journal = new JournalWatch(appliance, fleet.orgId());
          FeedWatch feed = new FeedWatch(appliance.ports().get("http"), fleet.orgId(), token)) {
        showWhereToLook(http, nats, token, fleet, folder);
        watch(lifetime, fleet, journal, feed);
        return summary(fleet, journal, feed);
      }
    }
  }

  private MothershipConfig config(final Path data) {
    final Map<ConfigKey, String> overrides = new LinkedHashMap<>();
    overrides.put(StorageKeys.DATA_DIR, data.toString());
    overrides.put(HttpKeys.PORT, Integer.toString(httpPort));
    overrides.put(NatsKeys.PORT, Integer.toString(natsPort));
    overrides.put(NatsKeys.LAME_DUCK_DURATION, "0s");
    return MothershipConfig.load(
        new MothershipConfig.Inputs(Optional.empty(), Map.of(), Optional.empty(), overrides));
  }

  private void showWhereToLook(
      final String http,
      final String nats,
      final String token,
      final SimulatedFleet fleet,
      final Path folder) {
    final String org = fleet.orgId();
    out.printf(
        """
        Open Mothership, with %d simulated vehicles

          HTTP     %s        token %s
          NATS     %s
          data     %s (removed at the end)

        Try, in another terminal:

          curl %s/health
          curl -H 'Authorization: Bearer %s' '%s/api/v1/entities?org_id=%s'
          curl -H 'Authorization: Bearer %s' '%s/api/v1/telemetry?org_id=%s&limit=5'
          ./mothership sub -s %s 'constellation.telemetry.>'
          ./mothership pub -s %s --js constellation.commands.%s.%s '{"type":"return_to_base"}'
          websocat 'ws%s/api/v1/feed?org_id=%s&token=%s'

        """,
        fleet.rows().size(),
        http,
        token,
        nats,
        folder,
        http,
        token,
        http,
        org,
        token,
        http,
        org,
        nats,
        nats,
        org,
        fleet.rows().getFirst().entityId(),
        http.substring("http".length()),
        org,
        token);
    out.flush();
  }

  private void watch(
      final Lifetime lifetime,
      final SimulatedFleet fleet,
      final JournalWatch journal,
      final FeedWatch feed)
      throws InterruptedException {
    final boolean isTerminal = System.console() != null && System.console().isTerminal();
    final long startNs = System.nanoTime();
    int shownLines = 0;
    for (long i = 0; ; i++) {
      final long restMs = restMs(startNs);
      if (restMs <= 0 || lifetime.await(Math.min(TABLE_PERIOD_MS, restMs))) {
        return;
      }
      if (isTerminal) {
        if (shownLines != 0) {
          out.printf(UP_AND_CLEAR, shownLines);
        }
        shownLines = table(fleet, journal, feed);
      } else if (i % QUIET_LINE_PERIOD == QUIET_LINE_PERIOD - 1) {
        out.println(line(fleet, journal, feed));
      }
      out.flush();
    }
  }

  private long restMs(final long startNs) {
    return duration == null
        ? Long.MAX_VALUE
        : duration.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
  }

  private int table(final SimulatedFleet fleet, final JournalWatch journal, final FeedWatch feed) {
    out.printf(
        Locale.ROOT,
        "%-14s %-22s %-10s %10s %10s %8s %5s %9s%n",
        "vehicle",
        "type",
        "mode",
        "latitude",
        "longitude",
        "alt m",
        "batt",
        "acked");
    final List<SimulatedFleet.Row> rows = fleet.rows();
    for (final SimulatedFleet.Row row : rows) {
      out.printf(
          Locale.ROOT,
          "%-14s %-22s %-10s %10.5f %10.5f %8.1f %4.0f%% %9d%n",
          row.name(),
          row.kind().entityType(),
          row.isConnected() ? row.mode() : "offline",
          row.latitude(),
          row.longitude(),
          row.altitude(),
          row.batteryPercent(),
          row.delivery().acknowledged());
    }
    out.println(line(fleet, journal, feed));
    return rows.size() + 2;
  }

  private static String line(
      final SimulatedFleet fleet, final JournalWatch journal, final FeedWatch feed) {
    final Delivery delivery = fleet.delivery();
    return "published=%d acknowledged=%d journaled=%d feed=%d"
        .formatted(delivery.published(), delivery.acknowledged(), journal.count(), feed.count());
  }

  private int summary(final SimulatedFleet fleet, final JournalWatch journal, final FeedWatch feed)
      throws InterruptedException {
    final boolean isSettled = fleet.stop(SETTLE_PATIENCE);
    final Delivery delivery = fleet.delivery();
    journal.awaitCount(delivery.acknowledged(), SETTLE_PATIENCE);
    feed.awaitCount(delivery.acknowledged(), SETTLE_PATIENCE);
    out.println();
    out.println("published:        " + delivery.published());
    out.println("acknowledged:     " + delivery.acknowledged());
    out.println("journaled:        " + journal.count());
    out.println("seen on the feed: " + feed.count() + feed.complaint());
    final boolean isComplete =
        isSettled
            && delivery.acknowledged() == delivery.published()
            && journal.count() == delivery.acknowledged()
            && feed.count() == delivery.acknowledged();
    out.println(isComplete ? "every message arrived everywhere" : "NOT everything arrived");
    out.flush();
    return isComplete ? ExitCode.OK : ExitCode.FAILURE;
  }

  private static void delete(final Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }

  /** {@code 20s}, {@code 500ms}, {@code 2m}. */
  static final class DurationText implements ITypeConverter<Duration> {
    @Override
    public Duration convert(final String text) {
      try {
        if (text.endsWith("ms")) {
          return Duration.ofMillis(Long.parseLong(text.substring(0, text.length() - 2)));
        }
        return Duration.parse("PT" + text);
      } catch (final NumberFormatException | DateTimeParseException e) {
        throw new TypeConversionException("'" + text + "' is not a duration like 500ms, 20s or 2m");
      }
    }
  }
}
