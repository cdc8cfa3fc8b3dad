package io.mothership.api.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.api.RecordingFabric;
import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.OutboxRelay;
import io.mothership.storage.sql.OutboxRepository;
import io.mothership.storage.sql.TestRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The outbox's relay on a real registry. */
@ParameterizedClass
@EnumSource(TestRegistry.class)
final class OutboxRelayIT {
  @TempDir private Path folder;
  private final OutboxRepository outbox = new OutboxRepository();
  private final RecordingFabric fabric = new RecordingFabric();
  @Parameter private TestRegistry registry;
  private String place;
  private Database database;

  @BeforeEach
  void open() {
    place = registry.newPlace(folder);
    database = Database.open(TestRegistry.config(place));
  }

  @AfterEach
  void close() {
    // There is none where the test was skipped.
    if (database != null) {
      database.close();
    }
  }

  @Test
  void shouldPublishInOrderAndForget() throws Exception {
    add(200);
    try (OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, 0)) {
      await(() -> relay.publishedId() == 200);
      add(1);
      relay.wake();
      await(() -> relay.publishedId() == 201 && count() == 0);
      assertEquals(201, relay.publishedCount());
    }
    assertEquals(LongStream.rangeClosed(1, 201).boxed().toList(), publishedIds());
  }

  @Test
  void shouldGoOnAboveWhatTheJournalHas() throws Exception {
    add(10);
    try (OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, 7)) {
      await(() -> relay.publishedId() == 10 && count() == 0);
    }
    assertEquals(List.of(8L, 9L, 10L), publishedIds());
  }

  @Test
  void shouldNumberAboveTheJournalAlsoInAnEmptyRegistry() throws Exception {
    try (OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, 5_000)) {
      add(2);
      relay.wake();
      await(() -> relay.publishedId() == 5_002);
    }
    assertEquals(List.of(5_001L, 5_002L), publishedIds());
  }

  @Test
  void shouldWaitForAStreamThatDoesNotTakeYet() throws Exception {
    add(3);
    fabric.refuseNext(
        new MothershipException(Category.INPUT, "NO_STREAM", "no stream keeps this subject"),
        new MothershipException(Category.CAPACITY, "FABRIC_BUSY", "busy"),
        new MothershipException(Category.CAPACITY, "PUBLISH_REFUSED", "maximum bytes exceeded"));
    try (OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, 0)) {
      await(() -> relay.publishedId() == 3 && count() == 0);
      assertEquals(0, relay.refusedCount());
    }
    assertEquals(List.of(1L, 2L, 3L), publishedIds());
  }

  @Test
  void shouldKeepAsideWhatNoStreamCanEverTake() throws Exception {
    add(3);
    fabric.refuseNext(
        new MothershipException(Category.INPUT, "MESSAGE_TOO_LARGE", "the message is too large"));
    try (OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, 0)) {
      await(() -> relay.publishedId() == 3 && count() == 1);
      assertEquals(1, relay.refusedCount());
    }
    assertEquals(List.of(2L, 3L), publishedIds());
    try (OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, 3)) {
      add(1);
      relay.wake();
      await(() -> relay.publishedId() == 4 && count() == 1);
    }
  }

  @Test
  void shouldUndoOnlyTheFailedWriteOfAGroup() {
    add(1);
    try {
      database.write(
          transaction -> {
            outbox.insert(transaction, "x", "lost", new byte[0], Instant.EPOCH);
            throw new IllegalStateException("planted");
          });
    } catch (final IllegalStateException e) {
      assertEquals("planted", e.getMessage());
    }
    add(1);
    assertEquals(2, count());
  }

  @Test
  void shouldKeepWhatWasCommittedAfterReopening() {
    add(5);
    database.close();
    database = Database.open(TestRegistry.config(place));
    assertEquals(5, count());
  }

  private void add(final int count) {
    for (int i = 0; i < count; i++) {
      database.write(
          transaction -> {
            final String id = Long.toString(System.nanoTime());
            outbox.insert(
                transaction,
                "constellation.entities.o.created",
                id,
                id.getBytes(StandardCharsets.US_ASCII),
                Instant.EPOCH);
            return id;
          });
    }
  }

  private int count() {
    return database.read(outbox::count);
  }

  private List<Long> publishedIds() {
    return fabric.publications().stream().map(Publication::outboxId).toList();
  }

  private static void await(final BooleanSupplier condition) throws InterruptedException {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "did not happen");
      Thread.sleep(5);
    }
  }
}
