package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a registry does wherever it lives. */
abstract class DatabaseContract {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");

  private static final List<Migrations> DOMAINS = List.of(VehicleRepository.MIGRATIONS);

  @TempDir private Path folder;
  private final VehicleRepository vehicles = new VehicleRepository();
  private final OutboxRepository outbox = new OutboxRepository();
  private SqlConfig config;
  private Database database;

  /** A registry that does not exist yet. */
  abstract SqlConfig newRegistry(Path parent);

  /** Does something to a registry past everything that stands in between. */
  abstract void execute(SqlConfig registry, String command) throws SQLException;

  @BeforeEach
  void open() {
    config = newRegistry(folder).withDomains(DOMAINS);
    database = Database.open(config);
  }

  @AfterEach
  void close() {
    // There is none where the test was skipped.
    if (database != null) {
      database.close();
    }
  }

  @Test
  void shouldKeepRecordsToTheLastDigit() {
    final Vehicle vehicle = vehicle("e", "o", OptionalDouble.of(-0.1));
    final Vehicle empty = Vehicle.of("f", "o", "x");
    insert("o");
    database.write(
        transaction -> {
          vehicles.insert(transaction, vehicle);
          vehicles.insert(transaction, empty);
          return vehicle;
        });
    database.close();
    database = Database.open(config);
    assertTrue(hasOwner("o"));
    assertEquals(
        vehicle, database.read(snapshot -> vehicles.find(snapshot, "o", "e")).orElseThrow());
    assertEquals(empty, database.read(snapshot -> vehicles.find(snapshot, "o", "f")).orElseThrow());
    assertTrue(database.read(snapshot -> vehicles.find(snapshot, "other", "e")).isEmpty());
  }

  @Test
  void shouldNameWhatARefusedWriteBroke() {
    insert("o");
    assertEquals("DUPLICATE", refusal("o"));
    assertEquals("REFERENCE_MISSING", refusal(vehicle("e", "nobody", OptionalDouble.empty())));
    assertEquals("CHECK_FAILED", refusal(vehicle("e", "o", OptionalDouble.of(91))));
    assertEquals(List.of("o"), database.read(vehicles::owners));
  }

  /** The thread that writes is the only one: whoever waits for it would wait for ever. */
  @Test
  @Timeout(60)
  void shouldAnswerAndGoOnAfterAnythingThatAWriteThrows() {
    assertThrows(
        MothershipException.class,
        () ->
            database.write(
                transaction -> {
                  vehicles.insertOwner(transaction, "undone");
                  throw new StackOverflowError();
                }));
    insert("o");
    assertEquals(List.of("o"), database.read(vehicles::owners));
  }

  @Test
  void shouldCommitManyWritersWithoutLosingOrMixing() throws Exception {
    final int writers = 16;
    final int each = 50;
    final CountDownLatch start = new CountDownLatch(1);
    final List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      final String name = "w" + i + "-";
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  start.await();
                } catch (final InterruptedException e) {
                  return;
                }
                for (int n = 0; n < each; n++) {
                  final String owner = name + n;
                  insert(owner);
                  assertTrue(hasOwner(owner));
                  assertEquals("DUPLICATE", refusal(owner));
                }
              }));
    }
    start.countDown();
    for (final Thread thread : threads) {
      thread.join();
    }
    final List<String> ids = database.read(vehicles::owners);
    assertEquals(writers * each, ids.size());
    for (int i = 0; i < writers; i++) {
      final String name = "w" + i + "-";
      final List<String> own = ids.stream().filter(id -> id.startsWith(name)).toList();
      for (int n = 0; n < each; n++) {
        assertEquals(name + n, own.get(n));
      }
    }
  }

  @Test
  void shouldRefuseWritesAboveTheLimitInsteadOfQueueingThem() throws Exception {
    try (Database small = Database.open(newRegistry(folder).withLimits(1, 1, 1))) {
      final CountDownLatch blocked = new CountDownLatch(1);
      final CountDownLatch release = new CountDownLatch(1);
      final Thread first =
          Thread.startVirtualThread(
              () ->
                  small.write(
                      transaction -> {
                        blocked.countDown();
                        return await(release);
                      }));
      blocked.await();
      final List<String> codes = new ArrayList<>();
      final List<Thread> others = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        others.add(
            Thread.startVirtualThread(
                () -> {
                  try {
                    small.write(transaction -> true);
                  } catch (final MothershipException e) {
                    synchronized (codes) {
                      codes.add(e.code());
                      codes.notifyAll();
                    }
                  }
                }));
      }
      synchronized (codes) {
        while (codes.size() < 2) {
          codes.wait();
        }
      }
      release.countDown();
      first.join();
      for (final Thread other : others) {
        other.join();
      }
      assertEquals(List.of("SQL_BUSY", "SQL_BUSY"), codes);
    }
  }

  @Test
  void shouldKeepChangesWithTheirEvents() {
    database.write(
        transaction -> {
          vehicles.insertOwner(transaction, "o");
          outbox.insert(transaction, "a", "first", new byte[] {0, -1}, NOW);
          return true;
        });
    assertThrows(
        MothershipException.class,
        () ->
            database.write(
                transaction -> {
                  outbox.insert(transaction, "a", "second", new byte[0], NOW);
                  vehicles.insertOwner(transaction, "o");
                  return true;
                }));
    final List<OutboxRecord> events = waiting();
    assertEquals(1, events.size());
    assertEquals("first", events.getFirst().messageId());
    assertArrayEquals(new byte[] {0, -1}, events.getFirst().payload());
    assertEquals(1, database.<Integer>write(transaction -> outbox.deleteUpTo(transaction, 1)));
    assertEquals(0, database.<Integer>read(outbox::count));
  }

  @Test
  void shouldNumberEventsAboveWhatTheJournalHasAndNeverBelow() {
    assertEquals(List.of(1L), numbersAfter(0));
    assertEquals(List.of(1L, 2L), numbersAfter(1));
    assertEquals(List.of(1L, 2L, 901L), numbersAfter(900));
    assertEquals(List.of(1L, 2L, 901L, 902L), numbersAfter(5));
    database.close();
    database = Database.open(config);
    assertEquals(List.of(1L, 2L, 901L, 902L, 903L), numbersAfter(0));
  }

  private List<Long> numbersAfter(final long id) {
    database.write(
        transaction -> {
          outbox.continueAbove(transaction, id);
          outbox.insert(transaction, "a", UUID.randomUUID().toString(), new byte[0], NOW);
          return true;
        });
    return waiting().stream().map(OutboxRecord::id).toList();
  }

  private List<OutboxRecord> waiting() {
    return database.write(transaction -> outbox.listAbove(transaction, 0, 100));
  }

  @Test
  void shouldRefuseRecordsOfANewerVersion() throws Exception {
    database.close();
    execute(config, "INSERT INTO schema_migrations VALUES (999, 'later', 'now')");
    final MothershipException refused = openFailure(config);
    assertEquals("SQL_TOO_NEW", refused.code());
    assertTrue(refused.getMessage().contains("max=3, actual=999"), refused.getMessage());
    assertTrue(refused.getMessage().contains(config.place()), refused.getMessage());
  }

  @Test
  void shouldRefuseDomainsThatItDoesNotKnow() throws Exception {
    database.close();
    final MothershipException unknown = openFailure(config.withDomains(List.of()));
    assertEquals("SQL_TOO_NEW", unknown.code());
    assertTrue(
        unknown.getMessage().contains("domain=vehicles, max=0, actual=1"), unknown.getMessage());
    execute(config, "INSERT INTO domain_migrations VALUES ('vehicles', 2, 'later', 'now')");
    final MothershipException newer = openFailure(config);
    assertTrue(newer.getMessage().contains("domain=vehicles, max=1, actual=2"), newer.getMessage());
  }

  /** As the first versions made it, with tables that nothing used and scripts of all domains. */
  @Test
  void shouldTakeOverARegistryOfBeforeTheDomains() throws Exception {
    database.close();
    final SqlConfig old = newRegistry(folder);
    Database.open(old).close();
    for (final String command :
        List.of(
            "DROP TABLE domain_migrations",
            "DELETE FROM schema_migrations",
            "INSERT INTO schema_migrations VALUES (1, 'V0001__fleet.sql', 'then')",
            "INSERT INTO schema_migrations VALUES (2, 'V0002__operations.sql', 'then')",
            "CREATE TABLE owners (org_id TEXT NOT NULL UNIQUE, position INTEGER)",
            "INSERT INTO owners VALUES ('kept', 1)",
            "CREATE TABLE vehicles (org_id TEXT NOT NULL UNIQUE)",
            "CREATE TABLE missions (org_id TEXT)",
            "CREATE TABLE users (org_id TEXT)",
            "CREATE VIEW active_entities AS SELECT * FROM vehicles")) {
      execute(old, command);
    }
    final SqlConfig known = old.withDomains(List.of(VehicleRepository.MIGRATIONS.early(1)));
    try (Database taken = Database.open(known)) {
      assertEquals(List.of("kept"), taken.read(vehicles::owners));
      assertThrows(
          MothershipException.class,
          () ->
              taken.read(
                  snapshot ->
                      snapshot
                          .everywhere()
                          .query("SELECT org_id FROM missions")
                          .one(row -> row.text("org_id"))));
    }
    Database.open(known).close();
  }

  @Test
  void shouldListInPartsAndRunAStatementInsideItsOwnRows() {
    insert("o");
    insert("p");
    database.write(
        transaction -> {
          for (int i = 0; i < 5; i++) {
            vehicles.insert(transaction, Vehicle.of("v" + i, "o", "x"));
            vehicles.insert(transaction, Vehicle.of("w" + i, "p", "x"));
          }
          return true;
        });
    final List<Placed<Vehicle>> first = page(0);
    final List<Placed<Vehicle>> second = page(first.getLast().place());
    assertEquals(List.of("v0", "v1", "v2"), ids(first));
    assertEquals(List.of("v3", "v4"), ids(second));
    final List<String> nested = new ArrayList<>();
    database.read(
        snapshot -> {
          final String text = "SELECT vehicle_id FROM vehicles WHERE org_id = :org";
          snapshot
              .of("o")
              .query(text)
              .each(
                  outer ->
                      nested.add(
                          outer.text("vehicle_id")
                              + snapshot
                                  .of("p")
                                  .query(text)
                                  .list(row -> row.text("vehicle_id"))
                                  .size()),
                  added -> {});
          return true;
        });
    assertEquals(List.of("v05", "v15", "v25", "v35", "v45"), nested);
  }

  private List<Placed<Vehicle>> page(final long after) {
    return database.read(snapshot -> vehicles.page(snapshot, "o", after, 3));
  }

  private static List<String> ids(final List<Placed<Vehicle>> page) {
    return page.stream().map(one -> one.row().id()).toList();
  }

  @Test
  void shouldPutOneInPlaceOfAnotherOnlyWithinTheOrganization() {
    insert("o");
    insert("p");
    final String text =
        "INSERT INTO vehicles (vehicle_id, org_id, status, details, made_at)"
            + " VALUES (:id, :org, :status, '{}', :made) ON CONFLICT (vehicle_id)"
            + " DO UPDATE SET status = excluded.status WHERE vehicles.org_id = :org";
    assertEquals(1, put("o", text, "first"));
    assertEquals(1, put("o", text, "second"));
    assertEquals(0, put("p", text, "stolen"));
    assertEquals(
        "second",
        database.read(snapshot -> vehicles.find(snapshot, "o", "v")).orElseThrow().status());
  }

  private int put(final String orgId, final String text, final String status) {
    return database.write(transaction -> transaction.of(orgId).update(text, "v", status, NOW));
  }

  @Test
  void shouldChangeNothingInASnapshot() {
    insert("o");
    assertThrows(
        IllegalStateException.class,
        () ->
            database.read(
                snapshot -> snapshot.of("o").update("DELETE FROM owners WHERE org_id = :org")));
  }

  @Test
  void shouldRefuseUseAfterClosing() {
    database.close();
    database.close();
    assertThrows(MothershipException.class, database::ping);
    assertEquals("SQL_CLOSED", refusal("late"));
  }

  private static boolean await(final CountDownLatch latch) throws SQLException {
    try {
      latch.await();
      return true;
    } catch (final InterruptedException e) {
      throw new SQLException(e);
    }
  }

  static MothershipException openFailure(final SqlConfig registry) {
    return assertThrows(MothershipException.class, () -> Database.open(registry).close());
  }

  private void insert(final String owner) {
    database.write(
        transaction -> {
          vehicles.insertOwner(transaction, owner);
          return owner;
        });
  }

  private boolean hasOwner(final String owner) {
    return database.read(snapshot -> vehicles.hasOwner(snapshot, owner));
  }

  private String refusal(final String owner) {
    return assertThrows(MothershipException.class, () -> insert(owner)).code();
  }

  private String refusal(final Vehicle vehicle) {
    return assertThrows(
            MothershipException.class,
            () ->
                database.write(
                    transaction -> {
                      vehicles.insert(transaction, vehicle);
                      return vehicle;
                    }))
        .code();
  }

  private static Vehicle vehicle(
      final String id, final String orgId, final OptionalDouble latitude) {
    return new Vehicle(
        id,
        orgId,
        "unknown",
        true,
        latitude,
        "{\"\u00e9\":1}",
        Optional.of(NOW.plusSeconds(1)),
        NOW);
  }
}
