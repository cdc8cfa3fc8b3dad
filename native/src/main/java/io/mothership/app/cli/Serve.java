package io.mothership.app.cli;

import io.mothership.app.ConfigReload;
import io.mothership.app.Lifetime;
import io.mothership.app.Logging;
import io.mothership.app.Role;
import io.mothership.app.Wiring;
import io.mothership.app.supervision.SystemdProxy;
import io.mothership.app.supervision.Watchdog;
import io.mothership.config.MothershipConfig;
import io.mothership.config.ProcessKeys;
import io.mothership.signal.Signals;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mothership serve}. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description =
        "Runs the appliance until SIGTERM, SIGINT or SIGUSR2, which it obeys after a drain; SIGHUP"
            + " reads the configuration again, SIGUSR1 opens the log file anew.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership serve                                    data in ./data, HTTP 8080, NATS 4222",
      "  mothership serve -c /etc/mothership/nats.conf --check-config",
      "  mothership serve --data-dir d --http 0 --nats 0 --ports-file ports",
      "  API_BEARER_TOKEN=… mothership serve --http 0.0.0.0:8080 --set max_payload=4MB"
    })
final class Serve implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigOptions options;

  @Option(names = "--check-config", description = "Only says whether the configuration is right.")
  private boolean isCheckOnly;

  @Option(names = "--print-config", description = "Only prints the values in force.")
  private boolean isPrintOnly;

  @Override
  public Integer call() throws Exception {
    final MothershipConfig config = options.load();
    if (isCheckOnly || isPrintOnly) {
      final var out = spec.commandLine().getOut();
      if (isPrintOnly) {
        config.lines().forEach(out::println);
      } else {
        out.println("the configuration is right");
      }
      out.flush();
      return ExitCode.OK;
    }
    return run(config, options::load, Role.APPLIANCE);
  }

  /**
   * Runs until a signal.
   *
   * @param again reads the configuration anew, for SIGHUP
   */
  static int run(
      final MothershipConfig config, final Supplier<MothershipConfig> again, final Role role)
      throws InterruptedException {
    Logging.start(config.text(ProcessKeys.LOG_LEVEL), config.path(ProcessKeys.LOG_FILE));
    try (Lifetime lifetime = new Lifetime();
        SystemdProxy systemd = SystemdProxy.of(System.getenv())) {
      try (Wiring wiring = Wiring.start(config, role);
          Watchdog watchdog = Watchdog.start(systemd, wiring.pulses());
          Signals signals = new Signals()) {
        signals
            .on("HUP", new ConfigReload(again, wiring, systemd))
            .on("USR1", Logging::reopen)
            .on("USR2", () -> leave(wiring, lifetime));
        systemd.ready("serving: " + wiring.ports());
        lifetime.await();
        systemd.stopping();
        LoggerFactory.getLogger(Serve.class).info("asked to stop: ports={}", wiring.ports());
      }
      LoggerFactory.getLogger(Serve.class).info("stopped");
    }
    return ExitCode.OK;
  }

  private static void leave(final Wiring wiring, final Lifetime lifetime) {
    LoggerFactory.getLogger(Serve.class).info("Entering lame duck mode");
    wiring.lameDuck();
    lifetime.end();
  }
}
