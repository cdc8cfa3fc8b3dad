package io.mothership.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A row that was found, valid while its mapper runs. Columns go by their name.
 *
 * <p><i>Thread:</i> the mapper's.
 */
public final class Row {
  private final Dialect dialect;
  private final Prepared prepared;
  private final ResultSet rows;

  Row(final Dialect dialect, final Prepared prepared, final ResultSet rows) {
    this.dialect = dialect;
    this.prepared = prepared;
    this.rows = rows;
  }

  /** Empty for NULL. */
  public String text(final String column) throws SQLException {
    final String text = rows.getString(index(column));
    return text == null ? "" : text;
  }

  /** 0 for NULL. */
  public long integer(final String column) throws SQLException {
    return rows.getLong(index(column));
  }

  /** False for NULL. */
  public boolean flag(final String column) throws SQLException {
    return rows.getBoolean(index(column));
  }

  /** Empty for NULL. */
  public OptionalDouble real(final String column) throws SQLException {
    final double value = rows.getDouble(index(column));
    return rows.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Of a column that is never NULL. */
  public Instant time(final String column) throws SQLException {
    return dialect.time(rows, index(column)).orElseThrow();
  }

  /** Empty for NULL. */
  public Optional<Instant> timeIfAny(final String column) throws SQLException {
    return dialect.time(rows, index(column));
  }

  /** Empty for NULL. */
  public byte[] bytes(final String column) throws SQLException {
    final byte[] bytes = rows.getBytes(index(column));
    return bytes == null ? new byte[0] : bytes;
  }

  private int index(final String column) throws SQLException {
    return prepared.column(rows, column);
  }

  /** Makes something of a row. */
  @FunctionalInterface
  public interface Mapper<T> {
    T map(Row row) throws SQLException;
  }
}
