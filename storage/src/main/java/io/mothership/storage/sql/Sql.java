package io.mothership.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Statements within one transaction or snapshot, for one organization ({@link Snapshot#of}) or for
 * all ({@link Snapshot#everywhere}). SQL is what SQLite and PostgreSQL both take, {@code ON
 * CONFLICT} and {@code LIMIT} among it; times, flags and nothing ({@code Optional.empty()}) are
 * translated here. Values go by {@code :name}.
 *
 * <p>For an organization, a statement is not prepared unless it names it, see {@link TenantRule};
 * {@code :org} stands for it.
 *
 * <p><i>Thread:</i> the one the transaction or snapshot was given to. Statements stay prepared.
 */
public final class Sql {
  private static final Set<String> BOUND = ConcurrentHashMap.newKeySet();
  private static final int BOUND_MAX = 4_096;

  private final Snapshot context;
  private final Optional<String> orgId;

  Sql(final Snapshot context, final Optional<String> orgId) {
    this.context = context;
    this.orgId = orgId;
  }

  /**
   * Begins a statement.
   *
   * @param values of the first names in the text, in the order of their first places and without
   *     the organization; others are {@linkplain Query#bind bound}
   */
  public Query query(final String text, final Object... values) {
    if (orgId.isPresent() && !BOUND.contains(text)) {
      TenantRule.require(text);
      if (BOUND.size() < BOUND_MAX) {
        BOUND.add(text);
      }
    }
    return new Query(text, values);
  }

  /** Changes rows and answers how many. */
  public int update(final String text, final Object... values) throws SQLException {
    return query(text, values).update();
  }

  /**
   * Does the same with many items at once.
   *
   * @param values of an item, as for {@link #query}
   */
  public <T> void batch(final String text, final List<T> items, final Function<T, Object[]> values)
      throws SQLException {
    context.requireWriting();
    if (items.isEmpty()) {
      return;
    }
    final Query first = query(text);
    final Prepared prepared = context.statements().take(text);
    boolean isGood = false;
    try {
      for (final T item : items) {
        new Query(text, values.apply(item)).bindTo(prepared);
        prepared.statement().addBatch();
      }
      prepared.statement().executeBatch();
      isGood = true;
    } finally {
      first.leave(prepared, isGood);
    }
  }

  /** A statement being given its values. */
  public final class Query {
    private final String text;
    private final Object[] values;
    private final Map<String, Object> named = new HashMap<>();

    private Query(final String text, final Object[] values) {
      this.text = text;
      this.values = values;
    }

    /**
     * Gives a name its value.
     *
     * @param value text, number, flag, time, bytes, or an optional one of them
     */
    public Query bind(final String name, final Object value) {
      named.put(name, value);
      return this;
    }

    /** The first row, if there is any. */
    public <T> Optional<T> one(final Row.Mapper<T> mapper) throws SQLException {
      final List<T> found = list(mapper, 1);
      return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
    }

    /** All rows; the statement bounds them. */
    public <T> List<T> list(final Row.Mapper<T> mapper) throws SQLException {
      return list(mapper, Integer.MAX_VALUE);
    }

    private <T> List<T> list(final Row.Mapper<T> mapper, final int rowsMax) throws SQLException {
      final List<T> found = new ArrayList<>();
      read(mapper, found::add, rowsMax);
      return found;
    }

    /** Hands out the rows one by one; the same connection may be used meanwhile. */
    public <T> void each(final Row.Mapper<T> mapper, final Consumer<T> consumer)
        throws SQLException {
      read(mapper, consumer, Integer.MAX_VALUE);
    }

    /**
     * A part of a list whose statement has {@code position > :after}, is ordered by {@code
     * position}, selects it, and ends with {@code LIMIT :limit}.
     *
     * @param after place of the last one before it, 0 for the start
     */
    public <T> List<Placed<T>> page(final long after, final int limit, final Row.Mapper<T> mapper)
        throws SQLException {
      return bind("after", after)
          .bind("limit", limit)
          .list(row -> new Placed<>(row.integer("position"), mapper.map(row)));
    }

    /** Changes rows and answers how many. */
    public int update() throws SQLException {
      context.requireWriting();
      final Prepared prepared = context.statements().take(text);
      boolean isGood = false;
      try {
        bindTo(prepared);
        final int changed = prepared.statement().executeUpdate();
        isGood = true;
        return changed;
      } finally {
        leave(prepared, isGood);
      }
    }

    private <T> void read(
        final Row.Mapper<T> mapper, final Consumer<? super T> consumer, final int rowsMax)
        throws SQLException {
      final Prepared prepared = context.statements().take(text);
      boolean isGood = false;
      try {
        bindTo(prepared);
        try (ResultSet rows = prepared.statement().executeQuery()) {
          final Row row = new Row(context.dialect(), prepared, rows);
          for (int i = 0; i < rowsMax && rows.next(); i++) {
            consumer.accept(mapper.map(row));
          }
        }
        isGood = true;
      } finally {
        leave(prepared, isGood);
      }
    }

    private void leave(final Prepared prepared, final boolean isGood) {
      if (isGood) {
        context.statements().give(prepared);
      } else {
        context.statements().discard(prepared);
      }
    }

    private void bindTo(final Prepared prepared) throws SQLException {
      final List<String> names = prepared.names();
      if (values.length > names.size()) {
        throw new IllegalArgumentException(
            "more values than names: max=%d, actual=%d in: %s"
                .formatted(names.size(), values.length, text));
      }
      for (int i = 0; i < values.length; i++) {
        named.put(names.get(i), values[i]);
      }
      orgId.ifPresent(id -> named.put(TenantRule.NAME, id));
      final List<String> places = prepared.places();
      for (int i = 0; i < places.size(); i++) {
        final Object value = named.get(places.get(i));
        if (value == null) {
          throw new IllegalArgumentException(
              "no value for :%s in: %s".formatted(places.get(i), text));
        }
        context.dialect().bindAny(prepared.statement(), i + 1, value);
      }
    }
  }
}
