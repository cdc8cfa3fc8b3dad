package io.mothership.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a PostgreSQL database is and how to log in to it.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param user the operating system's user if the text names none
 * @param database the user's name if the text names none
 * @param parameters by the JDBC driver's names; user and password are not among them
 */
public record DatabaseUrl(
    String host,
    int port,
    String database,
    String user,
    String password,
    Map<String, String> parameters) {
  private static final String JDBC = "jdbc:";
  private static final int PORT_DEFAULT = 5432;

  private static final String SSL_MODE = "sslmode";
  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  /** What may be asked for, by PostgreSQL's and by the JDBC driver's name, and the latter. */
  private static final Map<String, String> PARAMETERS =
      Map.ofEntries(
          Map.entry(SSL_MODE, SSL_MODE),
          Map.entry("sslrootcert", "sslrootcert"),
          Map.entry("sslcert", "sslcert"),
          Map.entry("sslkey", "sslkey"),
          Map.entry("sslpassword", "sslpassword"),
          Map.entry("channel_binding", "channelBinding"),
          Map.entry("channelBinding", "channelBinding"),
          Map.entry("application_name", "ApplicationName"),
          Map.entry("ApplicationName", "ApplicationName"),
          Map.entry("connect_timeout", "connectTimeout"),
          Map.entry("connectTimeout", "connectTimeout"),
          Map.entry("currentSchema", "currentSchema"));

  public DatabaseUrl {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads {@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…} or the same behind {@code
   * jdbc:}, where user and password may also be parameters.
   *
   * @throws IllegalArgumentException saying what is wrong, without a secret in it
   */
  public static DatabaseUrl parse(final String text) {
    final String url = text.startsWith(JDBC) ? text.substring(JDBC.length()) : text;
    final int scheme = url.indexOf("://");
    if (scheme < 0 || !Set.of("postgresql", "postgres").contains(url.substring(0, scheme))) {
      throw new IllegalArgumentException(
          "must begin with postgresql:// or jdbc:postgresql://; empty is SQLite");
    }
    final String rest = url.substring(scheme + 3);
    final int query = rest.indexOf('?');
    final Map<String, String> parameters = parameters(query < 0 ? "" : rest.substring(query + 1));
    final String path = query < 0 ? rest : rest.substring(0, query);
    final int slash = path.indexOf('/');
    final String authority = slash < 0 ? path : path.substring(0, slash);
    final int at = authority.lastIndexOf('@');
    final String login = at < 0 ? "" : authority.substring(0, at);
    final int colon = login.indexOf(':');
    String user = decoded(colon < 0 ? login : login.substring(0, colon));
    String password = colon < 0 ? "" : decoded(login.substring(colon + 1));
    user = parameters.getOrDefault("user", user);
    password = parameters.getOrDefault("password", password);
    parameters.keySet().removeAll(Set.of("user", "password"));
    if (user.isEmpty()) {
      user = System.getProperty("user.name");
    }
    final String database = slash < 0 ? "" : decoded(path.substring(slash + 1));
    if (path.indexOf('@', slash + 1) > slash && slash >= 0) {
      throw unclear("there is an @ behind the host");
    }
    final String place = authority.substring(at + 1);
    return new DatabaseUrl(
        host(place), port(place), database.isEmpty() ? user : database, user, password, parameters);
  }

  private static String host(final String place) {
    final String host;
    if (place.startsWith("[")) {
      final int end = place.indexOf(']');
      if (end < 0) {
        throw new IllegalArgumentException("the address has no closing bracket");
      }
      host = place.substring(1, end);
    } else {
      final int colon = place.indexOf(':');
      host = decoded(colon < 0 ? place : place.substring(0, colon));
    }
    if (host.indexOf(',') >= 0) {
      throw new IllegalArgumentException("must name one host");
    }
    if (host.startsWith("/")) {
      throw new IllegalArgumentException(
          "Unix sockets are not supported: name the host, e.g. 127.0.0.1");
    }
    return host.isEmpty() ? "localhost" : host;
  }

  private static int port(final String place) {
    final String afterHost = place.substring(place.indexOf(']') + 1);
    final int colon = afterHost.indexOf(':');
    final String text = colon < 0 ? "" : afterHost.substring(colon + 1);
    if (text.isEmpty()) {
      return PORT_DEFAULT;
    }
    try {
      final int port = Integer.parseInt(text);
      if (port > 0 && port <= 65_535) {
        return port;
      }
    } catch (final NumberFormatException e) {
      // As one that is out of range.
    }
    throw unclear("the port is not a number from 1 to 65535");
  }

  /** What could be a piece of a password is not told. */
  private static IllegalArgumentException unclear(final String what) {
    return new IllegalArgumentException(
        what + "; a / or ? in user or password has to be written as %2F or %3F");
  }

  private static Map<String, String> parameters(final String query) {
    final Map<String, String> parameters = new TreeMap<>();
    if (query.indexOf('@') >= 0) {
      throw unclear("there is an @ among the parameters");
    }
    for (final String part : query.isEmpty() ? new String[0] : query.split("&")) {
      final int equals = part.indexOf('=');
      final String name = decoded(equals < 0 ? part : part.substring(0, equals));
      final String value = equals < 0 ? "" : decoded(part.substring(equals + 1));
      if (name.equals("user") || name.equals("password")) {
        parameters.put(name, value);
      } else if (PARAMETERS.containsKey(name)) {
        check(name, value);
        parameters.put(PARAMETERS.get(name), value);
      } else {
        throw new IllegalArgumentException("unknown parameter " + MothershipConfig.cut(name));
      }
    }
    return parameters;
  }

  private static void check(final String name, final String value) {
    if (name.equals(SSL_MODE) && !SSL_MODES.contains(value)) {
      throw new IllegalArgumentException(
          "sslmode must be disable, allow, prefer, require, verify-ca or verify-full");
    }
    if (PARAMETERS.get(name).equals("connectTimeout") && !value.matches("[1-9][0-9]{0,3}")) {
      throw new IllegalArgumentException(name + " must be a number of seconds");
    }
  }

  private static String decoded(final String text) {
    try {
      // A plus stands for itself here, unlike in forms.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (final IllegalArgumentException e) {
      // Without the cause: it tells the text.
      throw new IllegalArgumentException("% must be followed by two hexadecimal digits");
    }
  }

  /** What may be shown: no login. */
  public String place() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + "/" + database;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "postgresql://" + user + "@" + place();
  }
}
