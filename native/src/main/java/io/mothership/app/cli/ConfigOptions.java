package io.mothership.app.cli;

import io.mothership.config.AuthorizationKeys;
import io.mothership.config.ConfigKey;
import io.mothership.config.ConfigTable;
import io.mothership.config.HostAndPort;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.config.ProcessKeys;
import io.mothership.config.StorageKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that reads the configuration. */
final class ConfigOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Configuration file in NATS syntax, e.g. nats.conf.")
  private Path file;

  @Option(
      names = {"-d", "--data-dir"},
      paramLabel = "DIR",
      description = "Folder of everything that is kept.")
  private String dataDir;

  @Option(
      names = "--http",
      paramLabel = "[HOST:]PORT",
      description = "Where HTTP listens; port 0 = any free one.")
  private String http;

  @Option(
      names = "--nats",
      paramLabel = "[HOST:]PORT",
      description = "Where NATS listens; port 0 = any free one.")
  private String nats;

  @Option(
      names = "--no-auth",
      description = "NATS clients need no login, also from other machines.")
  private boolean isNoAuth;

  @Option(
      names = "--ports-file",
      paramLabel = "FILE",
      description = "Gets a line NAME=PORT per listener when all are bound.")
  private String portsFile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets any key of the configuration; may be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = {"-D", "--debug"},
      description = "Log level debug.")
  private boolean isDebug;

  @Option(
      names = {"-l", "--log"},
      paramLabel = "FILE",
      description = "Log to a file instead of standard error.")
  private String logFile;

  /** The configuration that these options, the environment and the file make together. */
  MothershipConfig load() {
    return load(overrides());
  }

  /** The same with settings of the command's own on top. */
  MothershipConfig load(final Map<ConfigKey, String> overrides) {
    return MothershipConfig.load(
        new MothershipConfig.Inputs(
            configFile(), System.getenv(), Optional.of(Path.of(".env")), overrides));
  }

  /** The file that {@link #load} reads, if there is one. */
  Optional<Path> file() {
    return configFile();
  }

  Map<ConfigKey, String> overrides() {
    final Map<ConfigKey, String> overrides = new LinkedHashMap<>();
    settings.forEach((name, value) -> overrides.put(key(name), value));
    put(overrides, StorageKeys.DATA_DIR, dataDir);
    put(overrides, ProcessKeys.PORTS_FILE, portsFile);
    put(overrides, ProcessKeys.LOG_FILE, logFile);
    if (isNoAuth) {
      overrides.put(AuthorizationKeys.NONE, "true");
    }
    if (isDebug) {
      overrides.put(ProcessKeys.LOG_LEVEL, "debug");
    }
    address(overrides, "--http", http, HttpKeys.HOST, HttpKeys.PORT);
    address(overrides, "--nats", nats, NatsKeys.HOST, NatsKeys.PORT);
    return overrides;
  }

  /** The file named, or {@code nats.conf} in the data folder's place of custom, if it exists. */
  private Optional<Path> configFile() {
    if (file != null) {
      return Optional.of(file);
    }
    return Optional.of(Path.of("nats.conf")).filter(Files::isRegularFile);
  }

  private ConfigKey key(final String name) {
    return ConfigTable.key(name)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--set " + name + ": there is no such key; see mothership config show"));
  }

  private void address(
      final Map<ConfigKey, String> overrides,
      final String option,
      final String text,
      final ConfigKey host,
      final ConfigKey port) {
    if (text != null) {
      try {
        overrides.putAll(HostAndPort.split(text, host, port));
      } catch (final IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(), option + "=" + text + ": " + e.getMessage(), e);
      }
    }
  }

  private static void put(
      final Map<ConfigKey, String> overrides, final ConfigKey key, final String text) {
    if (text != null) {
      overrides.put(key, text);
    }
  }
}
