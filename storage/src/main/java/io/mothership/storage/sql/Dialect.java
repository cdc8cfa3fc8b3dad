package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What differs between the databases that a registry can live in; all else is written once.
 *
 * <p>Stateless; any thread.
 */
sealed interface Dialect permits SqliteDialect, PostgresDialect {

  /** What a connection is for. */
  enum Purpose {
    /** The one that writes: nobody else may have it at the same time. */
    WRITE,
    READ
  }

  /** The database's name, for people. */
  String product();

  /** Where the records are, without secrets. */
  String place();

  /** A command of a migration script with this database's types in it, see {@link Migrations}. */
  String types(String command);

  /**
   * Connects.
   *
   * @throws MothershipException {@code SQL_IN_USE} if somebody else writes
   */
  Connection connect(Purpose purpose) throws SQLException;

  /** Puts files in order, by whoever may write and before the first connection. */
  default void beforeOpening() throws IOException {}

  /** Makes {@link #beforeOpening} of the next start distrust what it finds in memory. */
  default void onDiskFailed() throws IOException {}

  /**
   * Carries what was committed to where it stays, if nobody else does; to be called now and then
   * and before closing, between transactions.
   */
  default void writeBack(final Connection connection) throws SQLException {}

  /** What {@code cause} means to callers. */
  SqlErrors kind(SQLException cause);

  void bind(PreparedStatement statement, int index, Instant time) throws SQLException;

  /**
   * Binds a value of any kind that {@link Sql} takes.
   *
   * @throws IllegalArgumentException if it takes no such value
   */
  default void bindAny(final PreparedStatement statement, final int index, final Object value)
      throws SQLException {
    switch (value) {
      case String text -> statement.setString(index, text);
      case Long number -> statement.setLong(index, number);
      case Integer number -> statement.setLong(index, number);
      case Double number -> statement.setDouble(index, number);
      case Boolean flag -> statement.setBoolean(index, flag);
      case Instant time -> bind(statement, index, time);
      case byte[] bytes -> statement.setBytes(index, bytes);
      case OptionalDouble number when number.isPresent() ->
          statement.setDouble(index, number.getAsDouble());
      case OptionalDouble nothing -> statement.setNull(index, Types.DOUBLE);
      case OptionalLong number when number.isPresent() ->
          statement.setLong(index, number.getAsLong());
      case OptionalLong nothing -> statement.setNull(index, Types.BIGINT);
      case Optional<?> any when any.isPresent() -> bindAny(statement, index, any.get());
      case Optional<?> nothing -> statement.setNull(index, Types.NULL);
      default ->
          throw new IllegalArgumentException("no value for SQL: " + value.getClass().getName());
    }
  }

  /** Empty for NULL. */
  Optional<Instant> time(ResultSet row, int index) throws SQLException;

  /** Makes ids of the outbox continue above {@code id}; never lowers them. */
  void continueOutboxAbove(Connection connection, long id) throws SQLException;

  /** Why a commit may not survive a power cut with the database's settings; empty if it does. */
  String doubt(Connection connection) throws SQLException;
}
