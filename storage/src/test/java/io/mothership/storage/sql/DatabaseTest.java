package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
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
}
