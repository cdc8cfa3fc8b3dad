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

  @TempDir private Path folder;
  private final OrganizationRepository organizations = new OrganizationRepository();
  private final EntityRepository entities = new EntityRepository();
  private final OutboxRepository outbox = new OutboxRepository();
  private SqlConfig config;
  private Database database;

  /** A registry that does not exist yet. */
  abstract SqlConfig newRegistry(Path parent);

  /** Does something to a registry past everything that stands in between. */
  abstract void execute(SqlConfig registry, String command) throws SQLException;

  @BeforeEach
  void open() {
    config = newRegistry(folder);
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
    final Organization organization = organization("o");
    final Entity entity = entity("e", "o", OptionalDouble.of(-0.1));
    insert(organization);
    database.write(
        transaction -> {
          entities.insert(transaction, entity);
          return entity;
        });
    database.close();
    database = Database.open(config);
    assertEquals(
        organization, database.read(snapshot -> organizations.find(snapshot, "o")).orElseThrow());
    assertEquals(
        entity, database.read(snapshot -> entities.find(snapshot, "o", "e")).orElseThrow());
    assertTrue(database.read(snapshot -> entities.find(snapshot, "other", "e")).isEmpty());
  }

  @Test
  void shouldNameWhatARefusedWriteBroke() {
    insert(organization("o"));
    assertEquals("DUPLICATE", refusal(organization("o")));
    assertEquals("REFERENCE_MISSING", refusal(entity("e", "nobody", OptionalDouble.empty())));
    assertEquals("CHECK_FAILED", refusal(entity("e", "o", OptionalDouble.of(91))));
    assertEquals(1, database.read(organizations::list).size());
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
                  organizations.insert(transaction, organization("undone"));
                  throw new StackOverflowError();
                }));
    insert(organization("o"));
    assertEquals(
        List.of("o"),
        database.read(organizations::list).stream().map(Organization::orgId).toList());
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
                  final Organization organization = organization(name + n);
                  insert(organization);
                  assertTrue(
                      database
                          .read(snapshot -> organizations.find(snapshot, organization.orgId()))
                          .isPresent());
                  assertEquals("DUPLICATE", refusal(organization));
                }
              }));
    }
    start.countDown();
    for (final Thread thread : threads) {
      thread.join();
    }
    final List<String> ids =
        database.read(organizations::list).stream().map(Organization::orgId).toList();
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
    final Organization organization = organization("o");
    database.write(
        transaction -> {
          organizations.insert(transaction, organization);
          outbox.insert(transaction, "a", "first", new byte[] {0, -1}, NOW);
          return true;
        });
    assertThrows(
        MothershipException.class,
        () ->
            database.write(
                transaction -> {
                  outbox.insert(transaction, "a", "second", new byte[0], NOW);
                  organizations.insert(transaction, organization);
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
    assertTrue(refused.getMessage().contains("max=2, actual=999"), refused.getMessage());
    assertTrue(refused.getMessage().contains(config.place()), refused.getMessage());
  }

  @Test
  void shouldRefuseUseAfterClosing() {
    database.close();
    database.close();
    assertThrows(MothershipException.class, database::ping);
    assertEquals("SQL_CLOSED", refusal(organization("late")));
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

  private void insert(final Organization organization) {
    database.write(
        transaction -> {
          organizations.insert(transaction, organization);
          return organization;
        });
  }

  private String refusal(final Organization organization) {
    return assertThrows(MothershipException.class, () -> insert(organization)).code();
  }

  private String refusal(final Entity entity) {
    return assertThrows(
            MothershipException.class,
            () ->
                database.write(
                    transaction -> {
                      entities.insert(transaction, entity);
                      return entity;
                    }))
        .code();
  }

  private static Organization organization(final String id) {
    return new Organization(id, "name " + UUID.randomUUID(), "ngo", "{}", NOW, NOW);
  }

  private static Entity entity(final String id, final String orgId, final OptionalDouble latitude) {
    return new Entity(
        id,
        orgId,
        "drone",
        "unknown",
        "normal",
        true,
        latitude,
        OptionalDouble.of(1e-9),
        OptionalDouble.empty(),
        OptionalDouble.of(360),
        OptionalDouble.of(12.5),
        "{}",
        "[]",
        "{\"\u00e9\":1}",
        NOW,
        NOW.plusSeconds(1));
  }
}
