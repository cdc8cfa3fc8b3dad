package io.mothership.app.cli;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership sub}. */
@Command(
    name = "sub",
    mixinStandardHelpOptions = true,
    description = "Prints messages as they come, until interrupted.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership sub 'constellation.>'",
      "  mothership sub --count 10 --timeout 30 --raw greet.*",
      "  mothership sub --queue workers jobs.>"
    })
final class Subscribe implements Callable<Integer> {
  private static final Duration STEP = Duration.ofMillis(500);

  @Spec private CommandSpec spec;

  @Mixin private ConnectionOptions connection;

  @Parameters(index = "0", paramLabel = "SUBJECT", description = "May have wildcards * and >.")
  private String subject;

  @Option(
      names = {"-q", "--queue"},
      paramLabel = "NAME",
      defaultValue = "",
      description = "Joins a queue group.")
  private String queue;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      defaultValue = "0",
      description = "Ends after so many messages.")
  private long count;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Ends after so long; exit code 1 if --count was not reached.")
  private long timeoutSeconds;

  @Option(names = "--raw", description = "Only payloads, one a line.")
  private boolean isRaw;

  @Override
  public Integer call() throws Exception {
    final PrintWriter out = spec.commandLine().getOut();
    final long deadline =
        timeoutSeconds == 0
            ? Long.MAX_VALUE
            : System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
    try (Connection nats = connection.connect()) {
      final Subscription subscription =
          queue.isEmpty() ? nats.subscribe(subject) : nats.subscribe(subject, queue);
      nats.flush(Duration.ofSeconds(5));
      long received = 0;
      while (count == 0 || received < count) {
        if (System.nanoTime() > deadline) {
          return count == 0 ? ExitCode.OK : ExitCode.FAILURE;
        }
        final Message message = subscription.nextMessage(STEP);
        if (message != null) {
          received++;
          print(out, message);
        } else if (nats.getStatus() == Connection.Status.CLOSED) {
          throw new java.io.IOException("the connection was lost");
        }
      }
    }
    return ExitCode.OK;
  }

  private void print(final PrintWriter out, final Message message) {
    final String payload = new String(message.getData(), StandardCharsets.UTF_8);
    if (isRaw) {
      out.println(payload);
    } else {
      out.println("[" + message.getSubject() + "] " + payload);
      if (message.hasHeaders()) {
        message.getHeaders().forEach((name, values) -> out.println("  " + name + ": " + values));
      }
    }
    out.flush();
  }
}
