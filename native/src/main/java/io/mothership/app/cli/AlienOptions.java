package io.mothership.app.cli;

import io.mothership.alien.AlienConfig;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Who a device is and whom it talks to. */
final class AlienOptions {
  @Option(
      names = "--http",
      paramLabel = "URL",
      defaultValue = "${env:MOTHERSHIP_URL:-http://127.0.0.1:8080}",
      description = "The appliance's HTTP address. Default: ${DEFAULT-VALUE}.")
  private String httpUrl;

  @Option(
      names = "--nats",
      paramLabel = "URL",
      defaultValue = "${env:NATS_URL:-nats://127.0.0.1:4222}",
      description = "Its NATS address. Default: ${DEFAULT-VALUE}.")
  private String natsUrl;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Bearer token; else API_BEARER_TOKEN, else the development token.")
  private String token;

  @Option(
      names = "--org-id",
      paramLabel = "ID",
      description = "Organization that exists already; else one is made.")
  private String orgId;

  @Option(
      names = "--org",
      paramLabel = "NAME",
      defaultValue = "Open Mothership",
      description = "Name of the organization that is made. Default: ${DEFAULT-VALUE}.")
  private String orgName;

  @Option(
      names = "--org-type",
      paramLabel = "TYPE",
      defaultValue = "civilian",
      description = "Its type. Default: ${DEFAULT-VALUE}.")
  private String orgType;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "alien",
      description = "Name of this device. Default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "drone",
      description = "Type of this device. Default: ${DEFAULT-VALUE}.")
  private String type;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      defaultValue = AlienConfig.STATE_FILE_NAME,
      description = "Where the registration is kept. Default: ${DEFAULT-VALUE}.")
  private Path stateFile;

  AlienConfig config() {
    final AlienConfig.Builder config =
        AlienConfig.builder()
            .httpUrl(httpUrl)
            .natsUrl(natsUrl)
            .token(token())
            .organization(orgName, orgType)
            .entity(name, type)
            .stateFile(stateFile);
    if (orgId != null) {
      config.orgId(orgId);
    }
    return config.build();
  }

  Path stateFile() {
    return stateFile;
  }

  private String token() {
    if (token != null) {
      return token;
    }
    final String fromEnvironment = System.getenv("API_BEARER_TOKEN");
    return fromEnvironment == null || fromEnvironment.isBlank()
        ? AlienConfig.DEFAULT_TOKEN
        : fromEnvironment;
  }
}
