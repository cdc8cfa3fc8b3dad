package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry in a SQLite file. */
final class DatabaseTest extends DatabaseContract {
  private int count;

  @Override
  SqlConfig newRegistry(final Path parent) {
    return SqlConfig.of(parent.resolve("new/folder/fleet" + count++ + ".db"));
  }

  @Override
  void execute(final SqlConfig registry, final String command) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + registry.place());
        Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  @Test
  void shouldRefuseAFileThatIsNoRegistry(@TempDir final Path folder) throws Exception {
    final Path other = folder.resolve("other.db");
    Files.writeString(other, "this is a text file and no database at all\n".repeat(100));
    assertEquals("SQL_CORRUPT", openFailure(SqlConfig.of(other)).code());
  }

  /** Pages of the old ones may never get to the disk, however often they are written. */
  @Test
  void shouldGoOnInFilesOfItsOwnAfterTheDiskFailed(@TempDir final Path folder) throws Exception {
    final SqlConfig registry = SqlConfig.of(folder.resolve("fleet.db"));
    Database.open(registry).close();
    // A log that nobody has written back, as after a kill.
    try (Connection connection = registry.dialect().connect(Dialect.Purpose.WRITE);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE kept (id INTEGER)");
      statement.execute("INSERT INTO kept VALUES (7)");
      Files.copy(folder.resolve("fleet.db"), folder.resolve("killed.db"));
      Files.copy(folder.resolve("fleet.db-wal"), folder.resolve("killed.db-wal"));
    }
    final Path killed = folder.resolve("killed.db");
    final Object before = key(killed);
    new SqliteFiles(killed).mark();
    try (Database database = Database.open(SqlConfig.of(killed))) {
      final int kept =
          database.read(
              snapshot -> {
                try (var rows =
                    snapshot.connection().createStatement().executeQuery("SELECT id FROM kept")) {
                  return rows.getInt(1);
                }
              });
      assertEquals(7, kept);
    }
    assertNotEquals(before, key(killed));
    assertFalse(new SqliteFiles(killed).isMarked());
    final Object copied = key(killed);
    Database.open(SqlConfig.of(killed)).close();
    assertEquals(copied, key(killed));
  }

  private static Object key(final Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }
}
