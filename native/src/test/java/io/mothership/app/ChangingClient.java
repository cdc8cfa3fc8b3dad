package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.testkit.ContractCheckingHttp;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.api.OrderedConsumerConfiguration;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes entities over HTTP, one numbered change after the other. */
final class ChangingClient implements AutoCloseable {
  private static final Duration QUIET = Duration.ofSeconds(2);
  private static final int ENTITIES = 5;
  private static final int UNAVAILABLE = 503;
  private static final long REFUSED_PAUSE_MS = 20;
  private static final Pattern ENTITY = Pattern.compile("\"entity_id\":\"([^\"]+)\"");
  private static final Pattern ORGANIZATION = Pattern.compile("\"org_id\":\"([^\"]+)\"");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]+)\"");
  private static final Pattern CHANGE = Pattern.compile("change-(\\d+)-");

  private final ContractCheckingHttp http = new ContractCheckingHttp();
  private final String url;
  private final String orgId;
  private final List<String> entities = new ArrayList<>();

  /** Changes that were answered with success, and those of which nobody knows. */
  private final ConcurrentSkipListSet<Long> confirmed = new ConcurrentSkipListSet<>();

  private final ConcurrentSkipListSet<Long> unknown = new ConcurrentSkipListSet<>();

  /** Codes of the answers 503. */
  private final ConcurrentSkipListSet<String> refusals = new ConcurrentSkipListSet<>();

  private final Map<String, Long> lastConfirmed = new HashMap<>();
  private volatile String violation = "";
  private long last;

  ChangingClient(final String url) throws IOException, InterruptedException {
    this.url = url;
    this.orgId =
        find(
            ORGANIZATION,
            call("POST", "organizations", "{\"name\":\"acme\",\"org_type\":\"fleet\"}").body());
    for (int i = 0; i < ENTITIES; i++) {
      entities.add(
          find(
              ENTITY,
              call("POST", "entities?org_id=" + orgId, "{\"entity_type\":\"rover\"}").body()));
    }
  }

  int confirmedCount() {
    return confirmed.size();
  }

  ConcurrentSkipListSet<String> refusals() {
    return refusals;
  }

  String orgId() {
    return orgId;
  }

  String firstEntityId() {
    return entities.getFirst();
  }

  /** Until nobody answers. */
  void change() {
    try {
      while (violation.isEmpty()) {
        last++;
        final String entity = entities.get((int) (last % ENTITIES));
        unknown.add(last);
        final HttpResponse<String> answer =
            call(
                "PUT",
                "organizations/" + orgId + "/entities/" + entity,
                "{\"metadata\":{\"change\":\"change-" + last + "-\"}}");
        if (answer.statusCode() == UNAVAILABLE
            && answer.headers().firstValueAsLong("Retry-After").orElse(0) > 0) {
          refusals.add(find(CODE, answer.body()));
          Thread.sleep(REFUSED_PAUSE_MS);
          continue;
        }
        if (answer.statusCode() != 200) {
          violation = answer.statusCode() + " " + answer.body();
          return;
        }
        unknown.remove(last);
        confirmed.add(last);
        lastConfirmed.put(entity, last);
      }
    } catch (final IOException e) {
      // The process is gone.
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** After a start: each entity is as it was changed last, or as by a change nobody knows of. */
  void checkEntities() throws IOException, InterruptedException {
    assertEquals("", violation);
    for (final Map.Entry<String, Long> entry : lastConfirmed.entrySet()) {
      final String found =
          call("GET", "organizations/" + orgId + "/entities/" + entry.getKey(), "").body();
      final long change = Long.parseLong(find(CHANGE, found));
      assertTrue(
          change == entry.getValue() || change > entry.getValue() && unknown.contains(change),
          () -> "promised=" + entry.getValue() + ", found=" + found);
    }
  }

  /** Every confirmed change has one event, and no change has two. */
  void assertEventsOnce(final Connection connection) throws Exception {
    final Map<Long, Integer> events = new HashMap<>();
    final var reader =
        connection
            .getStreamContext("CONSTELLATION_ENTITIES")
            .createOrderedConsumer(new OrderedConsumerConfiguration());
    try (var messages = reader.iterate()) {
      Message message = messages.nextMessage(PATIENCE);
      while (message != null) {
        final Matcher change = CHANGE.matcher(new String(message.getData()));
        if (change.find()) {
          events.merge(Long.parseLong(change.group(1)), 1, Integer::sum);
        }
        message = messages.nextMessage(QUIET);
      }
    }
    confirmed.forEach(change -> assertEquals(1, events.get(change), () -> "change " + change));
    events.forEach(
        (change, count) -> {
          assertEquals(1, count, () -> "change " + change);
          assertTrue(confirmed.contains(change) || unknown.contains(change));
        });
  }

  private static String find(final Pattern pattern, final String text) {
    final Matcher found = pattern.matcher(text);
    assertTrue(found.find(), text);
    return found.group(1);
  }

  private HttpResponse<String> call(final String method, final String target, final String body)
      throws IOException, InterruptedException {
    return http.send(
        method,
        URI.create(url + "/api/v1/" + target),
        body,
        "Authorization",
        "Bearer " + ApplianceProcess.TOKEN,
        "Content-Type",
        "application/json");
  }

  @Override
  public void close() {
    http.close();
  }
}
