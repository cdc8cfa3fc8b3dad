package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import java.sql.SQLException;

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
  /** The disk did not write or sync: no record is changed until a restart. */
  SQL_DISK_FAILED(Category.UNAVAILABLE),
  SQL_CORRUPT(Category.CORRUPTION),
  SQL_CLOSED(Category.ENVIRONMENT),
  SQL_FAILED(Category.ENVIRONMENT),
  /** The database's server does not answer, or not yet. */
  SQL_UNREACHABLE(Category.UNAVAILABLE),
  /** Another appliance writes to the same database. */
  SQL_IN_USE(Category.UNAVAILABLE),
  /** The server does not let us in, or not do what has to be done. */
  SQL_REFUSED(Category.CONFIGURATION),
  /** The records were written by a newer version. */
  SQL_TOO_NEW(Category.CONFIGURATION);

  private final Category category;

  SqlErrors(final Category category) {
    this.category = category;
  }

  /** Whether {@code exception} is of this kind. */
  public boolean is(final MothershipException exception) {
    return exception.code().equals(name());
  }

  /** What a person can do about a database that cannot be opened; empty if nothing is known. */
  static String remedy(final MothershipException failure) {
    return switch (valueOf(failure.code())) {
      case SQL_UNREACHABLE ->
          "Does it run, does it listen there, and has DATABASE_URL the right host and port?";
      case SQL_REFUSED ->
          "Mend user, password, database or sslmode in DATABASE_URL, or the server's pg_hba.conf;"
              + " the user must own the database or have CREATE on its schema.";
      case SQL_IN_USE -> "Give each appliance a database of its own.";
      case SQL_DISK_FAILED -> "Look at the disk, then start again.";
      case SQL_TOO_NEW -> "Start the newer version, or put back a backup from before it.";
      default -> "";
    };
  }

  MothershipException exception(final String message) {
    return new MothershipException(category, name(), message);
  }

  /** Somebody else writes; who it is, is for the log. */
  static MothershipException inUse(final String owner) {
    final String message = "another appliance uses the database";
    return new MothershipException(
        SQL_IN_USE.category,
        SQL_IN_USE.name(),
        message,
        new SQLException(message + ", or a lost connection of this one does still" + owner));
  }

  /** As callers of an open registry are told: where it is, is for the log. */
  static MothershipException translate(final Dialect dialect, final SQLException cause) {
    final SqlErrors error = dialect.kind(cause);
    final String message =
        error == SQL_UNREACHABLE ? "the database does not answer" : cause.getMessage();
    return new MothershipException(error.category, error.name(), message, cause);
  }

  /** As the one is told who has to mend it. */
  static MothershipException explain(final Dialect dialect, final MothershipException failure) {
    return new MothershipException(
        failure.category(),
        failure.code(),
        "%s at %s: %s. %s"
            .formatted(dialect.product(), dialect.place(), reason(failure), remedy(failure))
            .strip(),
        failure.getCause());
  }

  /** The database's own words, in a line. */
  static String reason(final MothershipException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    final Throwable first = failure.getCause() == null ? failure : failure.getCause();
    final String words =
        first.getMessage().strip().replaceAll("\\s*\\n\\s*", "; ").replaceAll("\\.$", "");
    return root == first || words.contains(String.valueOf(root.getMessage()))
        ? words
        : words + " (" + root + ")";
  }
}
