package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry whose server goes away and comes back. */
final class PostgresLossIT {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private static PostgresServer server;

  private final VehicleRepository vehicles = new VehicleRepository();
  private final AtomicInteger returns = new AtomicInteger();
  private SqlConfig config;
  private Database database;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.startOwn();
  }

  @AfterAll
  static void stopServer() {
    // There is none where the tests were skipped.
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() {
    config =
        TestRegistry.config(server.newDatabase())
            .withDomains(List.of(VehicleRepository.MIGRATIONS));
    database = Database.open(config);
    database.onReturn(transaction -> returns.incrementAndGet());
    insert("before");
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void shouldAnswerThatItIsAwayAndGoOnWhenItIsBack() throws Exception {
    server.stop();
    for (int i = 0; i < 3; i++) {
      assertAway(() -> insert("away"));
      assertAway(() -> database.read(vehicles::owners));
      assertAway(database::ping);
    }
    server.start();
    awaitPing();
    insert("after");
    assertEquals(List.of("before", "after"), ids());
    assertEquals(1, returns.get());
  }

  @Test
  void shouldNotBotherAnybodyWithARestartInAQuietMoment() throws Exception {
    for (int i = 1; i <= 2; i++) {
      server.crash();
      server.start();
      insert("after" + i);
      assertEquals(i, returns.get());
      assertEquals(i + 1, ids().size());
    }
    // A transaction that had begun is done again as a whole.
    final AtomicInteger runs = new AtomicInteger();
    database.write(
        transaction -> {
          insert(transaction, "twice");
          if (runs.incrementAndGet() == 1) {
            restart();
          }
          insert(transaction, "twice again");
          return true;
        });
    assertEquals(2, runs.get());
    assertEquals(List.of("before", "after1", "after2", "twice", "twice again"), ids());
  }

  @Test
  void shouldGiveWayToWhoTookTheDatabaseOverMeanwhile() throws Exception {
    restart();
    try (Database other = Database.open(config)) {
      final MothershipException refused =
          assertThrows(MothershipException.class, () -> insert("late"));
      assertEquals("SQL_IN_USE", refused.code());
      assertEquals(MothershipException.Category.UNAVAILABLE, refused.category());
      assertEquals("another appliance uses the database", refused.getMessage());
      assertThrows(MothershipException.class, database::ping);
      other.ping();
    }
    awaitInsert("late");
    database.ping();
    assertEquals(List.of("before", "late"), ids());
  }

  @Test
  void shouldNotWaitForeverForAServerThatHangs() throws Exception {
    server.pause();
    try {
      final Thread reading =
          Thread.startVirtualThread(() -> assertAway(() -> database.read(vehicles::owners)));
      final AtomicReference<Throwable> complaint = new AtomicReference<>();
      reading.setUncaughtExceptionHandler((thread, e) -> complaint.set(e));
      assertAway(() -> insert("hung"));
      reading.join();
      assertEquals(null, complaint.get());
    } finally {
      server.resume();
    }
    awaitPing();
    insert("after");
    assertEquals(List.of("before", "after"), ids());
  }

  @Test
  void shouldWaitAtAStartForAServerThatComes() throws Exception {
    database.close();
    server.stop();
    final Thread starting =
        Thread.startVirtualThread(
            () -> {
              try {
                Thread.sleep(1_000);
                server.start();
              } catch (final IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    database = Database.open(config.withWait(PATIENCE_NS));
    starting.join();
    assertEquals(List.of("before"), ids());
  }

  private void restart() {
    try {
      server.crash();
      server.start();
    } catch (final IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertAway(final Runnable action) {
    final MothershipException away = assertThrows(MothershipException.class, action::run);
    assertEquals("SQL_UNREACHABLE", away.code());
    assertEquals(MothershipException.Category.UNAVAILABLE, away.category());
    assertFalse(away.getMessage().contains("127.0.0.1"), away.getMessage());
  }

  private void awaitPing() throws InterruptedException {
    final long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (true) {
      try {
        database.write(transaction -> true);
        database.ping();
        return;
      } catch (final MothershipException e) {
        assertTrue(System.nanoTime() - deadlineNs < 0, e.getMessage());
        Thread.sleep(50);
      }
    }
  }

  private void awaitInsert(final String id) throws InterruptedException {
    final long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (true) {
      try {
        insert(id);
        return;
      } catch (final MothershipException e) {
        assertEquals("SQL_IN_USE", e.code());
        assertTrue(System.nanoTime() - deadlineNs < 0, e.getMessage());
        Thread.sleep(50);
      }
    }
  }

  private List<String> ids() {
    return database.read(vehicles::owners);
  }

  private void insert(final String id) {
    database.write(
        transaction -> {
          insert(transaction, id);
          return id;
        });
  }

  private void insert(final Transaction transaction, final String id) throws java.sql.SQLException {
    vehicles.insertOwner(transaction, id);
  }
}
