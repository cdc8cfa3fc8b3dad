package io.mothership.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A statement of one connection, with the names in its text and of its columns.
 *
 * <p><i>Thread:</i> one at a time.
 */
final class Prepared implements AutoCloseable {
  private final String text;
  private final List<String> places;
  private final List<String> names;
  private final PreparedStatement statement;
  private final Map<String, Integer> columns = new HashMap<>();

  private Prepared(
      final String text, final List<String> places, final PreparedStatement statement) {
    this.text = text;
    this.places = places;
    this.names = places.stream().distinct().filter(name -> !name.equals(TenantRule.NAME)).toList();
    this.statement = statement;
  }

  static Prepared of(final Connection connection, final String text) throws SQLException {
    final List<String> places = new ArrayList<>();
    final String plain = plain(text, places);
    return new Prepared(text, List.copyOf(places), connection.prepareStatement(plain));
  }

  /** The text with a question mark for every {@code :name}; quoted parts and casts stay. */
  static String plain(final String text, final List<String> places) {
    final StringBuilder plain = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      final char c = text.charAt(at);
      if (c == '\'') {
        final int end = text.indexOf('\'', at + 1);
        if (end < 0) {
          throw new IllegalArgumentException("a quote does not end: " + text);
        }
        plain.append(text, at, end + 1);
        at = end + 1;
      } else if (c == '?') {
        throw new IllegalArgumentException("values go by :name, not by position: " + text);
      } else if (c == ':' && at + 1 < text.length() && isNameStart(text.charAt(at + 1))) {
        int end = at + 1;
        while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
          end++;
        }
        places.add(text.substring(at + 1, end));
        plain.append('?');
        at = end;
      } else if (c == ':' && text.startsWith("::", at)) {
        plain.append("::");
        at += 2;
      } else {
        plain.append(c);
        at++;
      }
    }
    return plain.toString();
  }

  private static boolean isNameStart(final char c) {
    return c >= 'a' && c <= 'z';
  }

  String text() {
    return text;
  }

  /** What stands at each question mark. */
  List<String> places() {
    return places;
  }

  /** All names but the organization's, in the order of their first places. */
  List<String> names() {
    return names;
  }

  PreparedStatement statement() {
    return statement;
  }

  int column(final ResultSet rows, final String name) throws SQLException {
    if (columns.isEmpty()) {
      final ResultSetMetaData found = rows.getMetaData();
      for (int i = 1; i <= found.getColumnCount(); i++) {
        columns.putIfAbsent(found.getColumnLabel(i).toLowerCase(Locale.ROOT), i);
      }
    }
    final Integer index = columns.get(name);
    if (index == null) {
      throw new IllegalArgumentException("no column '%s' in: %s".formatted(name, text));
    }
    return index;
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
