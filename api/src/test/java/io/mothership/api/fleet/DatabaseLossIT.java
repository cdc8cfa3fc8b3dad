package io.mothership.api.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.ApiFixture;
import io.mothership.api.ApiFixture.Answer;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.json.JsonValue;
import io.mothership.storage.sql.OutboxRepository;
import io.mothership.storage.sql.PostgresServer;
import io.mothership.storage.sql.TestRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Changes while the database crashes again and again: each is answered, those that were
 * acknowledged are there, and each that is there has its event, once.
 */
final class DatabaseLossIT {
  private static final Pattern ENTITY = Pattern.compile("\"entity_id\":\"([^\"]+)\"");
  private static final int CRASHES = 4;
  private static final int WRITERS = 4;
  private static final int EACH_MIN = 40;

  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
  private volatile boolean isEnding;

  @Test
  void shouldLoseNothingAndDoubleNothing() throws Exception {
    try (PostgresServer server = PostgresServer.startOwn();
        ApiFixture fixture = new ApiFixture(TestRegistry.config(server.newDatabase()))) {
      final String orgId = fixture.newOrganization();
      final List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(Thread.startVirtualThread(() -> createUntilTheEnd(fixture, orgId)));
      }
      for (int i = 0; i < CRASHES; i++) {
        final int enough = acknowledged.size() + EACH_MIN;
        await(() -> acknowledged.size() >= enough);
        final int before = refused.get();
        server.crash();
        await(() -> refused.get() > before);
        assertEquals(503, fixture.call("GET", "/health", "").status());
        server.start();
      }
      final int enough = acknowledged.size() + EACH_MIN;
      await(() -> acknowledged.size() >= enough);
      isEnding = true;
      for (final Thread writer : writers) {
        writer.join();
      }
      assertEquals(List.of(), List.copyOf(complaints));
      await(() -> fixture.database().read(new OutboxRepository()::count) == 0);
      assertEquals(200, fixture.call("GET", "/health", "").status());

      final Set<String> existing = existing(fixture, orgId);
      assertTrue(existing.containsAll(acknowledged));
      final List<String> events =
          fixture.fabric().publications().stream().map(DatabaseLossIT::entityId).toList();
      assertEquals(events.size(), Set.copyOf(events).size(), "an event came twice");
      assertEquals(existing, Set.copyOf(events));
      assertEquals(existing, fixture.directory().entityIds(orgId));
    }
  }

  private void createUntilTheEnd(final ApiFixture fixture, final String orgId) {
    try {
      while (!isEnding) {
        final Answer answer =
            fixture.call("POST", "/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"drone\"}");
        if (answer.status() == 201) {
          acknowledged.add(answer.text("data", "entity_id"));
        } else if (answer.error().equals("503 SQL_UNREACHABLE the database does not answer")
            && answer.header("Retry-After").equals("5")) {
          refused.incrementAndGet();
          Thread.sleep(10);
        } else {
          complaints.add(answer.body());
        }
      }
    } catch (final Exception e) {
      complaints.add(e.toString());
    }
  }

  private static Set<String> existing(final ApiFixture fixture, final String orgId)
      throws Exception {
    final JsonValue list = fixture.call("GET", "/api/v1/entities?org_id=" + orgId, "").json("data");
    final Set<String> ids = new HashSet<>();
    ((JsonValue.Items) list)
        .values()
        .forEach(entity -> ids.add(((JsonValue.Text) ApiFixture.at(entity, "entity_id")).value()));
    return ids;
  }

  private static String entityId(final Publication event) {
    final Matcher id = ENTITY.matcher(new String(event.payload(), StandardCharsets.UTF_8));
    assertTrue(id.find());
    return id.group(1);
  }

  private void await(final BooleanSupplier condition) throws InterruptedException {
    final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertEquals(List.of(), List.copyOf(complaints));
      assertTrue(System.nanoTime() - deadlineNs < 0, "did not happen");
      Thread.sleep(10);
    }
  }
}
