package io.mothership.storage.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/** A registry's SQLite file at one moment, also while somebody writes to it. */
public final class DatabaseCopy {
  private DatabaseCopy() {}

  /**
   * Writes what is committed into another file, which replaces one that is there.
   *
   * @throws io.mothership.error.MothershipException see {@link SqlErrors}
   */
  public static void write(final Path database, final Path copy) throws IOException {
    Files.deleteIfExists(copy);
    final SQLiteConfig sqlite = new SQLiteConfig();
    sqlite.setBusyTimeout(5_000);
    try (Connection connection = sqlite.createConnection("jdbc:sqlite:" + database);
        PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
      vacuum.setString(1, copy.toString());
      vacuum.execute();
    } catch (final SQLException e) {
      throw SqlErrors.translate(new SqliteDialect(database), e);
    }
    check(copy);
  }

  private static void check(final Path copy) {
    try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("PRAGMA quick_check")) {
      final String found = rows.next() ? rows.getString(1) : "nothing";
      if (!found.equals("ok")) {
        throw SqlErrors.SQL_CORRUPT.exception("the copy is damaged: " + found);
      }
    } catch (final SQLException e) {
      throw SqlErrors.translate(new SqliteDialect(copy), e);
    }
  }
}
