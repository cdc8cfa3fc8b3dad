package io.mothership.app.cli;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How {@code pub}, {@code sub} and {@code req} reach a server. */
final class ConnectionOptions {
  @Option(
      names = {"-s", "--server"},
      paramLabel = "URL",
      defaultValue = "${env:NATS_URL:-nats://127.0.0.1:4222}",
      description = "Server to talk to; NATS_URL in the environment. Default: ${DEFAULT-VALUE}.")
  private String server;

  @Option(names = "--user", paramLabel = "USER", description = "User name.")
  private String user;

  @Option(names = "--password", paramLabel = "PASSWORD", description = "Password of the user.")
  private String password;

  @Option(names = "--token", paramLabel = "TOKEN", description = "Token instead of a user.")
  private String token;

  /**
   * What goes wrong is told by the command, not logged. Connects once, and does not come back after
   * the connection is lost.
   */
  Connection connect() throws IOException, InterruptedException {
    final Options.Builder options =
        new Options.Builder()
            .server(server)
            .connectionTimeout(Duration.ofSeconds(5))
            .maxReconnects(0)
            .errorListener(new ErrorListener() {})
            .connectionName("mothership");
    if (user != null) {
      options.userInfo(user, password == null ? "" : password);
    } else if (token != null) {
      options.token(token.toCharArray());
    }
    return Nats.connect(options.build());
  }
}
