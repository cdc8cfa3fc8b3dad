package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.config.DatabaseUrl;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What the server's and the driver's codes mean. */
final class PostgresDialectTest {
  private final PostgresDialect dialect =
      new PostgresDialect(DatabaseUrl.parse("postgresql://fleet@127.0.0.1/fleet"));

  @Test
  void shouldKnowClassesOfCodes() {
    assertEquals(SqlErrors.SQL_UNREACHABLE, kind("08006"));
    assertEquals(SqlErrors.SQL_REFUSED, kind("28P01"));
    assertEquals(SqlErrors.SQL_BUSY, kind("53300"));
    assertEquals(SqlErrors.SQL_FAILED, kind("XX000"));
  }

  /** The driver has failures of its own that have no code. */
  @Test
  void shouldTakeFailuresWithoutACode() {
    assertEquals(SqlErrors.SQL_FAILED, kind(null));
    assertEquals(SqlErrors.SQL_FAILED, kind(""));
    assertEquals(SqlErrors.SQL_FAILED, kind("X"));
  }

  private SqlErrors kind(final String state) {
    return dialect.kind(new SQLException("failed", state));
  }
}
