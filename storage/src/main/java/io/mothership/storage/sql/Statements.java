package io.mothership.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements of one connection that stay prepared: those used last, up to {@value #KEPT_MAX}.
 * Whoever uses one has it alone, so the same text may run inside its own rows.
 *
 * <p><i>Thread:</i> one at a time.
 */
final class Statements {
  static final int KEPT_MAX = 128;

  private static final Logger LOG = LoggerFactory.getLogger(Statements.class);

  private final Connection connection;
  private final Map<String, Prepared> kept = new LinkedHashMap<>();

  Statements(final Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  Prepared take(final String text) throws SQLException {
    final Prepared known = kept.remove(text);
    return known != null ? known : Prepared.of(connection, text);
  }

  /** It is done with, and as good as new. */
  void give(final Prepared prepared) {
    final Prepared other = kept.put(prepared.text(), prepared);
    if (other != null) {
      discard(other);
    } else if (kept.size() > KEPT_MAX) {
      final var eldest = kept.entrySet().iterator();
      final Prepared unused = eldest.next().getValue();
      eldest.remove();
      discard(unused);
    }
  }

  /** It failed, or there are too many. */
  void discard(final Prepared prepared) {
    try {
      prepared.close();
    } catch (final SQLException e) {
      LOG.debug("closing a statement failed: {}", e.toString());
    }
  }
}
