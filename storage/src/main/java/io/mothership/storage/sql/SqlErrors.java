package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What can go wrong in the registry, as callers see it. */
public enum SqlErrors {
  /** A unique value is taken. */
  DUPLICATE(Category.INPUT),
  /** A row refers to one that is not there. */
  REFERENCE_MISSING(Category.INPUT),
  /** A value breaks a table's rule. */
  CHECK_FAILED(Category.INPUT),
  /** Too many writes wait. */
  SQL_BUSY(Category.CAPACITY),
  SQL_DISK_FULL(Category.CAPACITY),
  SQL_CORRUPT(Category.CORRUPTION),
  SQL_CLOSED(Category.ENVIRONMENT),
  SQL_FAILED(Category.ENVIRONMENT),
  /** The file was written by a newer version. */
  SQL_TOO_NEW(Category.CONFIGURATION);

  private final Category category;

  SqlErrors(final Category category) {
    this.category = category;
  }

  /** Whether {@code exception} is of this kind. */
  public boolean is(final MothershipException exception) {
    return exception.code().equals(name());
  }

  MothershipException exception(final String message) {
    return new MothershipException(category, name(), message);
  }

  static MothershipException translate(final SQLException cause) {
    final SqlErrors error = kind(cause);
    return new MothershipException(error.category, error.name(), cause.getMessage(), cause);
  }

  private static SqlErrors kind(final SQLException cause) {
    if (!(cause instanceof final SQLiteException sqlite)) {
      return SQL_FAILED;
    }
    final SQLiteErrorCode code = sqlite.getResultCode();
    return switch (code) {
      case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY -> DUPLICATE;
      case SQLITE_CONSTRAINT_FOREIGNKEY -> REFERENCE_MISSING;
      case SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_NOTNULL -> CHECK_FAILED;
      case SQLITE_BUSY, SQLITE_LOCKED -> SQL_BUSY;
      // The second: no room for the index of the write-ahead log.
      case SQLITE_FULL, SQLITE_IOERR_SHMSIZE -> SQL_DISK_FULL;
      case SQLITE_CORRUPT, SQLITE_NOTADB -> SQL_CORRUPT;
      default -> SQL_FAILED;
    };
  }
}
