package io.mothership.app.cli;

import io.mothership.app.Role;
import io.mothership.config.AuthorizationKeys;
import io.mothership.config.ConfigKey;
import io.mothership.config.ConfigTable;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.ProcessKeys;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mothership broker}: nats-server's command line. */
@Command(
    name = "broker",
    description = "Runs a NATS server with nats-server's options and signals; JetStream with -js.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership broker                                 port 4222 on all addresses",
      "  mothership broker -p 4333 -js -sd /var/lib/nats",
      "  mothership broker -a 127.0.0.1 -p 0 -m 0 --ports-file ports",
      "  mothership broker -c nats.conf --user ann --pass secret"
    })
final class Broker implements Callable<Integer> {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean isHelp;

  @Option(
      names = {"-a", "--addr", "--net"},
      paramLabel = "HOST",
      description = "Address to listen on; default all.")
  private String host;

  @Option(
      names = {"-p", "--port", "-port"},
      paramLabel = "PORT",
      description = "Port for clients; 0 or -1 = any free one.")
  private String port;

  @Option(
      names = {"-n", "--name", "--server_name"},
      paramLabel = "NAME",
      description = "Name of the server.")
  private String name;

  @Option(
      names = {"-P", "--pid"},
      paramLabel = "FILE",
      description = "File for the process id.")
  private String pidFile;

  @Option(
      names = {"-m", "--http_port"},
      paramLabel = "PORT",
      description = "Port of /varz, /healthz and /metrics.")
  private String monitorPort;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Configuration file.")
  private Path file;

  @Option(names = "-t", description = "Only tests the configuration.")
  private boolean isTest;

  @Option(
      names = {"-js", "--js", "--jetstream"},
      description = "JetStream.")
  private boolean isJetStream;

  @Option(
      names = {"-sd", "--sd", "--store_dir"},
      paramLabel = "DIR",
      description = "Folder of JetStream's data; default nats/jetstream in the temporary folder.")
  private String storeDir;

  @Option(names = "--user", paramLabel = "USER", description = "The user that may connect.")
  private String user;

  @Option(names = "--pass", paramLabel = "PASSWORD", description = "Password of the user.")
  private String password;

  @Option(names = "--auth", paramLabel = "TOKEN", description = "Token that may connect.")
  private String token;

  @Option(
      names = {"-l", "--log"},
      paramLabel = "FILE",
      description = "File to log to.")
  private String logFile;

  @Option(
      names = {"-D", "--debug"},
      description = "Debug output.")
  private boolean isDebug;

  @Option(
      names = {"-V", "--trace"},
      description = "Trace output.")
  private boolean isTrace;

  @Option(
      names = {"-DV", "-DVV", "-VV"},
      description = "Debug and trace output.")
  private boolean isDebugTrace;

  @Option(
      names = "--ports_file_dir",
      paramLabel = "DIR",
      description = "Folder that gets nats-server_PID.ports.")
  private String portsFileDir;

  @Option(
      names = "--ports-file",
      paramLabel = "FILE",
      description = "Gets a line NAME=PORT per listener.")
  private String portsFile;

  @Override
  public Integer call() throws Exception {
    final MothershipConfig config = load();
    return isTest ? ExitCode.OK : Serve.run(config, this::load, Role.BROKER);
  }

  private MothershipConfig load() {
    final MothershipConfig given = load(overrides());
    final Map<ConfigKey, String> overrides = overrides();
    // What nats-server has other defaults for.
    if (!given.isSet(NatsKeys.HOST)) {
      overrides.put(NatsKeys.HOST, "0.0.0.0");
    }
    if (!given.isSet(MonitorKeys.HOST)) {
      overrides.put(MonitorKeys.HOST, given.text(NatsKeys.HOST));
    }
    if (!given.isSet(JetStreamKeys.ENABLED)) {
      overrides.put(JetStreamKeys.ENABLED, "false");
    }
    if (!given.isSet(JetStreamKeys.STORE_DIR)) {
      overrides.put(
          JetStreamKeys.STORE_DIR,
          Path.of(temporaryFolder(System.getenv()), "nats", "jetstream").toString());
    }
    return load(overrides);
  }

  /** {@code TMPDIR} counts as it does for nats-server; the JVM does not look at it. */
  static String temporaryFolder(final Map<String, String> environment) {
    final String folder = environment.getOrDefault("TMPDIR", "");
    return folder.isBlank() ? System.getProperty("java.io.tmpdir") : folder;
  }

  /** As in nats-server, the environment is only for variables in the file. */
  private MothershipConfig load(final Map<ConfigKey, String> overrides) {
    final Map<String, String> variables = new HashMap<>(System.getenv());
    for (final ConfigKey key : ConfigTable.keys()) {
      key.environmentNames().forEach(variables::remove);
    }
    return MothershipConfig.load(
        new MothershipConfig.Inputs(
            Optional.ofNullable(file), variables, Optional.empty(), overrides));
  }

  private Map<ConfigKey, String> overrides() {
    final Map<ConfigKey, String> overrides = new LinkedHashMap<>();
    put(overrides, NatsKeys.HOST, host);
    put(overrides, NatsKeys.PORT, "-1".equals(port) ? "0" : port);
    put(overrides, NatsKeys.SERVER_NAME, name);
    put(overrides, ProcessKeys.PID_FILE, pidFile);
    put(overrides, MonitorKeys.PORT, monitorPort);
    put(overrides, JetStreamKeys.STORE_DIR, storeDir);
    put(overrides, AuthorizationKeys.USER, user);
    put(overrides, AuthorizationKeys.PASSWORD, password);
    put(overrides, AuthorizationKeys.TOKEN, token);
    put(overrides, ProcessKeys.LOG_FILE, logFile);
    put(overrides, ProcessKeys.PORTS_FILE_DIR, portsFileDir);
    put(overrides, ProcessKeys.PORTS_FILE, portsFile);
    if (isJetStream) {
      overrides.put(JetStreamKeys.ENABLED, "true");
    }
    if (isDebugTrace || isTrace) {
      overrides.put(ProcessKeys.LOG_LEVEL, "trace");
    } else if (isDebug) {
      overrides.put(ProcessKeys.LOG_LEVEL, "debug");
    }
    return overrides;
  }

  private static void put(
      final Map<ConfigKey, String> overrides, final ConfigKey key, final String text) {
    if (text != null) {
      overrides.put(key, text);
    }
  }
}
