package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.PublishOptions;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /metrics} of the product, read as Prometheus reads it. */
final class MetricsIT {
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "(\\{(?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*\\})?"
              + " (-?[0-9]+(?:\\.[0-9]+)?)");

  @TempDir private Path folder;

  @Test
  void shouldTellWhatWentThroughIt() throws Exception {
    try (ApplianceProcess appliance = ApplianceProcess.start(folder, "--set", "monitor_port=0");
        Connection client = Nats.connect(appliance.natsUrl());
        ContractCheckingHttp http = new ContractCheckingHttp()) {
      final var streams = client.jetStreamManagement();
      streams.addStream(
          StreamConfiguration.builder()
              .name("m-e")
              .subjects("m.>")
              .storageType(StorageType.File)
              .maxBytes(1_000_000)
              .build());
      streams.addOrUpdateConsumer(
          "m-e", ConsumerConfiguration.builder().durable("worker").filterSubject("m.>").build());
      final byte[] payload = "x".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < 10; i++) {
        client
            .jetStream()
            .publish("m." + i % 2, payload, PublishOptions.builder().messageId("" + i).build());
      }
      final JetStreamSubscription worker =
          client.jetStream().subscribe(null, PullSubscribeOptions.bind("m-e", "worker"));
      final List<Message> got = worker.fetch(4, LONG);
      got.getFirst().ackSync(LONG);

      final Map<String, Double> found = parsed(get(http, appliance.httpUrl() + "/metrics", ""));
      assertEquals(10, found.get("mothership_stream_messages{stream=\"m-e\"}"));
      assertEquals(2, found.get("mothership_stream_subjects{stream=\"m-e\"}"));
      assertEquals(10, found.get("mothership_stream_last_sequence{stream=\"m-e\"}"));
      assertEquals(1_000_000, found.get("mothership_stream_limit_bytes{stream=\"m-e\"}"));
      assertTrue(found.get("mothership_stream_bytes{stream=\"m-e\"}") >= 10_000);
      final String worked = "{stream=\"m-e\",consumer=\"worker\"}";
      assertEquals(6, found.get("mothership_consumer_pending" + worked));
      assertEquals(3, found.get("mothership_consumer_ack_pending" + worked));
      assertEquals(0, found.get("mothership_consumer_redelivered" + worked));
      assertEquals(1, found.get("mothership_nats_connections"));
      assertTrue(found.get("mothership_nats_received_bytes_total") >= 10_000);
      assertTrue(found.get("mothership_journal_appended_bytes_total") >= 10_000);
      assertTrue(found.get("mothership_journal_sync_seconds_count") >= 10);
      assertTrue(
          found.get("mothership_journal_sync_batch_records_sum")
              >= found.get("mothership_journal_sync_batch_records_count"));
      assertTrue(
          found.get("mothership_journal_segment_bytes")
              > found.get("mothership_journal_appended_bytes_total"));
      assertEquals(1, found.get("mothership_journal_segments"));
      assertEquals(0, found.get("mothership_journal_failed"));
      assertEquals(1, found.get("mothership_broker_up"));
      assertTrue(found.get("process_resident_memory_bytes") > 10_000_000);
      assertTrue(found.get("mothership_heap_used_bytes") > 0);

      assertEquals(documented(), families(found.keySet()));
      final String monitor = "http://127.0.0.1:" + appliance.port("monitor");
      Map<String, Double> again = parsed(get(http, monitor + "/metrics", ""));
      assertEquals(documented(), families(again.keySet()));
      final String asked =
          "mothership_http_requests_total{listener=\"http\",route=\"/metrics\",status=\"2xx\"}";
      assertEquals(0, found.get(asked));
      // An answer is counted when it has left, which its client may know a moment earlier.
      for (int tries = 0; again.get(asked) == 0 && tries < 100; tries++) {
        Thread.sleep(20);
        again = parsed(get(http, monitor + "/metrics", ""));
      }
      assertEquals(1, again.get(asked));
      assertEquals(200, get(http, monitor + "/varz", "").statusCode());
      assertEquals(200, get(http, monitor + "/healthz", "").statusCode());
      assertEquals(0, appliance.stop());
    }
  }

  @Test
  void shouldAskForTheTokenIfTold() throws Exception {
    try (ApplianceProcess appliance =
            ApplianceProcess.start(folder, "--set", "http.metrics_auth=true");
        ContractCheckingHttp http = new ContractCheckingHttp()) {
      final String url = appliance.httpUrl() + "/metrics";
      assertEquals(401, get(http, url, "").statusCode());
      assertTrue(parsed(get(http, url, ApplianceProcess.TOKEN)).size() > 50);
    }
  }

  private static Set<String> families(final Set<String> samples) {
    return samples.stream()
        .map(sample -> sample.replaceFirst("\\{.*", ""))
        .map(name -> name.replaceFirst("_(bucket|sum|count)$", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Names in the tables of the page for users. */
  private static Set<String> documented() throws IOException {
    final Path page = Path.of("..", "docs", "operating", "metrics.md");
    return Pattern.compile(
            "(?m)^\\| `((?:mothership|process)_[a-z_]+)` \\| (?:counter|gauge|histogram)")
        .matcher(Files.readString(page))
        .results()
        .map(name -> name.group(1))
        // An appliance that nothing was configured for follows nothing.
        .filter(name -> !name.startsWith("mothership_follower_"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static HttpResponse<String> get(
      final ContractCheckingHttp http, final String url, final String token) throws Exception {
    return token.isEmpty()
        ? http.send("GET", URI.create(url), "")
        : http.send("GET", URI.create(url), "", "Authorization", "Bearer " + token);
  }

  /** Samples by name and labels, having insisted on everything the format insists on. */
  private static Map<String, Double> parsed(final HttpResponse<String> page) {
    assertEquals(200, page.statusCode());
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        page.headers().firstValue("Content-Type").orElse(""));
    final Map<String, String> types = new HashMap<>();
    final Map<String, Double> samples = new HashMap<>();
    String family = "";
    String series = "";
    double below = 0;
    for (final String line : page.body().split("\n")) {
      final String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        family = words[2];
        series = "";
        assertTrue(words[3].endsWith("."), line);
      } else if (line.startsWith("# TYPE ")) {
        assertEquals(family, words[2], line);
        assertEquals(null, types.put(family, words[3]), () -> "twice: " + line);
      } else {
        final Matcher sample = SAMPLE.matcher(line);
        assertTrue(sample.matches(), line);
        final String name = sample.group(1);
        final String type = types.get(family);
        assertEquals(
            family,
            type.equals("histogram") ? name.replaceFirst("_(bucket|sum|count)$", "") : name,
            line);
        assertEquals(
            type.equals("counter"), name.endsWith("_total"), () -> "name of a counter: " + line);
        final double value = Double.parseDouble(sample.group(3));
        if (name.endsWith("_bucket")) {
          final String histogram = sample.group(2).replaceFirst(",?le=\"[^\"]*\"", "");
          below = series.equals(histogram) ? below : 0;
          series = histogram;
          assertTrue(value >= below, line);
          below = value;
        }
        final String labels = sample.group(2) == null ? "" : sample.group(2);
        assertEquals(null, samples.put(name + labels, value), () -> "twice: " + line);
      }
    }
    return samples;
  }
}
