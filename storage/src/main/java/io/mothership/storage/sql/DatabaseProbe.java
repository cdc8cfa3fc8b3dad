package io.mothership.storage.sql;

import io.mothership.error.MothershipException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a start would find if it opened a registry now. It takes no lock and changes nothing.
 *
 * @param found what is there, without secrets
 * @param failure what is wrong with it; empty if nothing is
 * @param remedy what to do about that
 */
public record DatabaseProbe(String found, String failure, String remedy) {
  private static final int ROUND_TRIPS = 9;

  /** Connects, asks, and leaves. */
  public static DatabaseProbe of(final SqlConfig config) {
    final Dialect dialect = config.dialect();
    final String where = dialect.product() + " at " + dialect.place();
    try (Connection connection = dialect.connect(Dialect.Purpose.READ)) {
      final String found =
          "%s, version %s, answers in %s ms"
              .formatted(
                  where,
                  connection.getMetaData().getDatabaseProductVersion(),
                  String.format(Locale.ROOT, "%.2f", roundTripNs(connection) / 1e6));
      new Schema(config.domains()).requireKnown(connection);
      final String doubt = dialect.doubt(connection);
      return new DatabaseProbe(
          found,
          doubt.isEmpty() ? "" : where + ": " + doubt,
          doubt.isEmpty() ? "" : "What was acknowledged may be lost: mend the server's setting.");
    } catch (final SQLException e) {
      return failed(where, SqlErrors.translate(dialect, e));
    } catch (final MothershipException e) {
      return failed(where, e);
    }
  }

  private static DatabaseProbe failed(final String where, final MothershipException failure) {
    final String remedy = SqlErrors.remedy(failure);
    return new DatabaseProbe(
        "",
        where + ": " + SqlErrors.reason(failure),
        remedy.isEmpty() ? "Look into the server's log." : remedy);
  }

  private static long roundTripNs(final Connection connection) throws SQLException {
    final long[] took = new long[ROUND_TRIPS];
    try (Statement statement = connection.createStatement()) {
      for (int i = 0; i < ROUND_TRIPS; i++) {
        final long beganNs = System.nanoTime();
        try (ResultSet row = statement.executeQuery("SELECT 1")) {
          row.next();
        }
        took[i] = System.nanoTime() - beganNs;
      }
    }
    Arrays.sort(took);
    return took[ROUND_TRIPS / 2];
  }
}
