package io.mothership.storage.power;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.frame.MessageView;
import io.mothership.jetstream.SimulatedService;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.OutboxRecord;
import io.mothership.storage.sql.OutboxRelay;
import io.mothership.storage.sql.OutboxRepository;
import io.mothership.storage.sql.SqlConfig;
import io.mothership.storage.sql.Transaction;
import io.mothership.storage.sql.Vehicle;
import io.mothership.storage.sql.VehicleRepository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * The real registry and its outbox on the disk of a {@link ChronicleDisk}. Clients make, change and
 * delete entities; after each start everything confirmed to them is there, SQLite finds its file
 * whole, and an event is in the journal or waits in the outbox exactly if its change is there.
 */
final class SimulatedRegistry implements SimulatedService {
  private static final String ORGANIZATION = "org";
  private static final String SUBJECTS = "constellation.entities.>";
  private static final String STREAM =
      "{\"name\":\"entities\",\"subjects\":[\""
          + SUBJECTS
          + "\"],\"metadata\":{\"mothership.sync\":"
          + "\"always\"}}";
  private static final int ENTITIES_MAX = 12;
  private static final int DETAILS_BYTES_MAX = 20_000;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int WAITING_MAX = 100_000;

  private final ChronicleDisk disk;
  private final VehicleRepository vehicles = new VehicleRepository();
  private final OutboxRepository outbox = new OutboxRepository();

  /** What every entity was last changed to, by confirmed changes. */
  private final TreeMap<String, Long> versions = new TreeMap<>();

  /** Changes that were made for certain; each has one event. */
  private final Set<String> made = new HashSet<>();

  /** The change of which nobody knows whether it was made. */
  private Change pending;

  private Database database;
  private OutboxRelay relay;
  private long changes;

  private enum Kind {
    CREATED,
    UPDATED,
    DELETED
  }

  private record Change(long number, Kind kind, String entityId, int detailsLength) {
    String messageId() {
      return "change-" + number;
    }
  }

  SimulatedRegistry(final ChronicleDisk disk) {
    this.disk = disk;
  }

  @Override
  public void start(final Fabric fabric, final long outboxId) {
    try {
      database =
          Database.open(SqlConfig.of(file()).withDomains(List.of(VehicleRepository.MIGRATIONS)));
      requireWhole();
      checkEntities();
      checkEvents(waiting());
      fabric.request(Publication.of("$JS.API.STREAM.CREATE.entities", stream()), PATIENCE);
      relay = OutboxRelay.start(database, outbox, fabric, outboxId);
      createOrganization();
    } catch (final MothershipException | SQLException e) {
      requireCut(e);
    }
  }

  private static byte[] stream() {
    return STREAM.getBytes(StandardCharsets.UTF_8);
  }

  private Path file() {
    return disk.power().folder().resolve("fleet.db");
  }

  /** With the power on everything has to work. */
  private void requireCut(final Exception e) {
    if (!disk.power().isCut()) {
      throw new AssertionError("failed with the power on: " + e, e);
    }
  }

  private void createOrganization() {
    if (database.read(snapshot -> vehicles.hasOwner(snapshot, ORGANIZATION))) {
      return;
    }
    database.write(
        transaction -> {
          vehicles.insertOwner(transaction, ORGANIZATION);
          return true;
        });
  }

  private void requireWhole() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("PRAGMA integrity_check")) {
      found.next();
      assertEquals("ok", found.getString(1));
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  /** Everything confirmed is there; of what was under way all or nothing. */
  private void checkEntities() {
    final TreeMap<String, Long> found = new TreeMap<>();
    database
        .read(snapshot -> vehicles.page(snapshot, ORGANIZATION, 0, WAITING_MAX))
        .forEach(one -> found.put(one.row().id(), Long.parseLong(one.row().status())));
    if (pending != null) {
      final TreeMap<String, Long> changed = new TreeMap<>(versions);
      apply(changed, pending);
      if (found.equals(changed)) {
        confirm(pending);
      }
      pending = null;
    }
    assertEquals(versions, found, "entities");
  }

  private List<OutboxRecord> waiting() {
    return database.write(transaction -> outbox.listAbove(transaction, 0, WAITING_MAX));
  }

  /** Each change that was made has one event, in the journal or waiting; no other has any. */
  private void checkEvents(final List<OutboxRecord> waiting) {
    final Set<String> published = published();
    final Set<String> known = new HashSet<>(published);
    waiting.forEach(event -> known.add(event.messageId()));
    assertEquals(made, known, "changes and their events");
  }

  private Set<String> published() {
    final Set<String> published = new HashSet<>();
    final MessageView message = new MessageView();
    disk.appended()
        .messages(
            (frame, position) -> {
              message.wrap(frame);
              if (message.subject().toString().startsWith("constellation.entities.")) {
                final String id = message.payload().toString();
                assertTrue(published.add(id), () -> id + " was published twice");
              }
            });
    return published;
  }

  @Override
  public boolean act(final Random random) {
    if (relay == null || disk.power().isCut()) {
      return false;
    }
    try {
      if (random.nextInt(12) == 0) {
        writeBack(random);
        return true;
      }
      relay.requireIntake();
      change(next(random));
    } catch (final MothershipException e) {
      if (!e.code().equals("STORAGE_FULL") && !e.code().equals("JOURNAL_FAILED")) {
        requireCut(e);
      }
    } catch (final SQLException e) {
      requireCut(e);
    }
    return true;
  }

  /**
   * Carries the write-ahead log into the database, which else would happen too rarely to be met.
   */
  private void writeBack(final Random random) throws SQLException {
    final String how = random.nextBoolean() ? "PASSIVE" : "TRUNCATE";
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(" + how + ")");
    }
  }

  private Change next(final Random random) {
    final List<String> known = new ArrayList<>(versions.keySet());
    final int choice = random.nextInt(ENTITIES_MAX);
    final int length = random.nextInt(4) == 0 ? random.nextInt(DETAILS_BYTES_MAX) : 10;
    changes++;
    if (choice >= known.size()) {
      return new Change(changes, Kind.CREATED, "e" + changes, length);
    }
    final Kind kind = random.nextInt(6) == 0 ? Kind.DELETED : Kind.UPDATED;
    return new Change(changes, kind, known.get(choice), length);
  }

  private void change(final Change change) {
    pending = change;
    database.write(
        transaction -> {
          write(transaction, change);
          outbox.insert(
              transaction,
              "constellation.entities." + ORGANIZATION + "." + change.kind(),
              change.messageId(),
              change.messageId().getBytes(StandardCharsets.US_ASCII),
              Instant.EPOCH);
          return change;
        });
    confirm(change);
    pending = null;
    relay.wake();
  }

  private void write(final Transaction transaction, final Change change) throws SQLException {
    final Vehicle vehicle =
        Vehicle.of(change.entityId(), ORGANIZATION, Long.toString(change.number()))
            .withDetails("{\"details\":\"" + "x".repeat(change.detailsLength()) + "\"}");
    switch (change.kind()) {
      case CREATED -> vehicles.insert(transaction, vehicle);
      case UPDATED -> vehicles.update(transaction, vehicle);
      case DELETED -> vehicles.delete(transaction, vehicle);
    }
  }

  private void confirm(final Change change) {
    apply(versions, change);
    made.add(change.messageId());
  }

  private static void apply(final TreeMap<String, Long> target, final Change change) {
    if (change.kind() == Kind.DELETED) {
      target.remove(change.entityId());
    } else {
      target.put(change.entityId(), change.number());
    }
  }

  @Override
  public boolean isAtRest() {
    if (!waiting().isEmpty()) {
      return false;
    }
    checkEvents(List.of());
    checkEntities();
    assertFalse(disk.power().isCut());
    return true;
  }

  @Override
  public void stop() {
    if (relay != null) {
      relay.close();
      relay = null;
    }
    if (database != null) {
      database.close();
      database = null;
    }
  }

  /** Whatever is closed finds that nothing works any more, and leaves the files as they are. */
  @Override
  public void leave() {
    disk.power().suspend(true);
    stop();
    disk.power().suspend(false);
  }
}
