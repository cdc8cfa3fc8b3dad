package io.mothership.app.cli;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership req}. */
@Command(
    name = "req",
    mixinStandardHelpOptions = true,
    description = "Sends a request and prints the first answer.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership req '$JS.API.INFO'",
      "  mothership req '$JS.API.STREAM.NAMES' '{}'",
      "  mothership req --timeout 10 service.add '{\"a\":1,\"b\":2}'"
    })
final class Request implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConnectionOptions connection;

  @Parameters(index = "0", paramLabel = "SUBJECT", description = "Whom to ask.")
  private String subject;

  @Parameters(
      index = "1",
      paramLabel = "TEXT",
      arity = "0..1",
      defaultValue = "",
      description = "The payload.")
  private String text;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How long to wait. Default: ${DEFAULT-VALUE}.")
  private long timeoutSeconds;

  @Override
  public Integer call() throws Exception {
    try (Connection nats = connection.connect()) {
      final Message answer =
          nats.requestWithTimeout(
                  subject,
                  text.getBytes(StandardCharsets.UTF_8),
                  Duration.ofSeconds(timeoutSeconds).plus(Options.DEFAULT_REQUEST_CLEANUP_INTERVAL))
              .get(timeoutSeconds, TimeUnit.SECONDS);
      spec.commandLine().getOut().println(new String(answer.getData(), StandardCharsets.UTF_8));
      spec.commandLine().getOut().flush();
      return ExitCode.OK;
    } catch (final TimeoutException e) {
      throw new IOException("no answer in " + timeoutSeconds + " s", e);
    } catch (final CancellationException | ExecutionException e) {
      throw new IOException("nobody listens on " + subject, e);
    }
  }
}
