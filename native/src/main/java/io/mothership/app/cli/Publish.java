package io.mothership.app.cli;

import io.nats.client.Connection;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mothership pub}. */
@Command(
    name = "pub",
    mixinStandardHelpOptions = true,
    description = "Publishes a message.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  mothership pub greet.joe hello",
      "  mothership pub --js --id 1 constellation.events.O.note '{\"text\":\"hi\"}'",
      "  cat picture.jpg | mothership pub camera.1 -"
    })
final class Publish implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConnectionOptions connection;

  @Parameters(index = "0", paramLabel = "SUBJECT", description = "Where to.")
  private String subject;

  @Parameters(
      index = "1",
      paramLabel = "TEXT",
      arity = "0..1",
      defaultValue = "",
      description = "The payload; '-' reads it from standard input.")
  private String text;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "A header; may be repeated.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(names = "--count", paramLabel = "N", defaultValue = "1", description = "How often.")
  private int count;

  @Option(names = "--js", description = "Waits for the stream's acknowledgement and prints it.")
  private boolean isToStream;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Nats-Msg-Id; with --count, -N is appended.")
  private String id;

  @Override
  public Integer call() throws Exception {
    final byte[] payload = payload();
    try (Connection nats = connection.connect()) {
      for (int i = 1; i <= count; i++) {
        final Headers sent = new Headers();
        headers.forEach((name, value) -> sent.add(name, value));
        if (id != null) {
          sent.put("Nats-Msg-Id", count == 1 ? id : id + "-" + i);
        }
        final NatsMessage message =
            NatsMessage.builder()
                .subject(subject)
                .headers(sent.isEmpty() ? null : sent)
                .data(payload)
                .build();
        if (isToStream) {
          final PublishAck ack = nats.jetStream().publish(message);
          spec.commandLine()
              .getOut()
              .println(
                  ack.getStream() + " " + ack.getSeqno() + (ack.isDuplicate() ? " duplicate" : ""));
        } else {
          nats.publish(message);
        }
      }
      nats.flush(Duration.ofSeconds(5));
    }
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private byte[] payload() throws IOException {
    return text.equals("-") ? System.in.readAllBytes() : text.getBytes(StandardCharsets.UTF_8);
  }
}
