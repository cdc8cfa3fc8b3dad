package io.mothership.storage.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.DatabaseUrl;
import io.mothership.error.MothershipException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The registry in a real PostgreSQL. */
final class PostgresDatabaseIT extends DatabaseContract {

  @Override
  SqlConfig newRegistry(final Path parent) {
    return TestRegistry.config(PostgresServer.shared().newDatabase());
  }

  @Override
  void execute(final SqlConfig registry, final String command) {
    PostgresServer.shared()
        .execute(registry.place().substring(registry.place().indexOf('/') + 1), command);
  }

  private static MothershipException failure(final String url, final String code) {
    final MothershipException failure = openFailure(SqlConfig.of(DatabaseUrl.parse(url)));
    final String message = failure.getMessage();
    assertEquals(code, failure.code(), message);
    assertTrue(message.startsWith("PostgreSQL at 127.0.0.1:"), message);
    assertFalse(message.contains("mellon"), message);
    return failure;
  }

  @Test
  void shouldSayWhatIsWrongWithALogin() {
    final String url = PostgresServer.shared().newDatabase();
    final String wrong = failure(url.replace("mellon", "wrong"), "SQL_REFUSED").getMessage();
    assertTrue(wrong.contains("password authentication failed for user \"fleet\""), wrong);
    assertTrue(wrong.contains("Mend user, password"), wrong);
    final String missing = failure(url + "0", "SQL_REFUSED").getMessage();
    assertTrue(missing.contains("does not exist"), missing);
    // This server has no certificate.
    final String plain = failure(url + "?sslmode=require", "SQL_REFUSED").getMessage();
    assertTrue(plain.contains("does not support SSL"), plain);
  }

  @Test
  void shouldSayWhenTheUserMayNotMakeTables() {
    final PostgresServer server = PostgresServer.shared();
    final String url = server.newDatabase();
    final String database = PostgresServer.database(url);
    server.execute(database, "CREATE ROLE guest LOGIN PASSWORD 'a/mellon?of the tests@100%'");
    final String message = failure(url.replace("//fleet:", "//guest:"), "SQL_REFUSED").getMessage();
    assertTrue(message.contains("permission denied for schema public"), message);
    assertTrue(message.contains("CREATE on its schema"), message);
  }

  @Test
  void shouldSayWhenNobodyListens() throws Exception {
    final int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    final String message =
        failure("postgresql://u:mellon@127.0.0.1:" + port + "/d", "SQL_UNREACHABLE").getMessage();
    assertTrue(message.contains("refused"), message);
    assertTrue(message.contains("does it listen there"), message);
  }

  @Test
  void shouldKeepASecondApplianceAwayUntilTheFirstIsGone() {
    final String url = PostgresServer.shared().newDatabase();
    try (Database first = Database.open(TestRegistry.config(url))) {
      first.ping();
      final String message = failure(url, "SQL_IN_USE").getMessage();
      assertTrue(message.contains("another appliance uses the database"), message);
      assertTrue(message.contains("from=127.0.0.1, since=2"), message);
      // Another schema is another registry.
      final String database = PostgresServer.database(url);
      PostgresServer.shared().execute(database, "CREATE SCHEMA other");
      Database.open(TestRegistry.config(url + "?currentSchema=other")).close();
    }
    Database.open(TestRegistry.config(url)).close();
  }

  @Test
  void shouldTellTheDoctorWhatAStartWouldFind() {
    final PostgresServer server = PostgresServer.shared();
    final String url = server.newDatabase();
    // The tests' own setting.
    final DatabaseProbe careless = DatabaseProbe.of(TestRegistry.config(url));
    assertTrue(careless.failure().endsWith("fsync is off"), careless::toString);
    server.execute("postgres", "ALTER SYSTEM SET fsync = on");
    server.execute("postgres", "SELECT pg_reload_conf()");
    try (Database open = Database.open(TestRegistry.config(url))) {
      open.ping();
      DatabaseProbe probe = careless;
      while (!probe.failure().isEmpty()) {
        // The server reads its settings when it comes to it.
        assertTrue(probe.failure().endsWith("fsync is off"), probe::toString);
        probe = DatabaseProbe.of(TestRegistry.config(url));
      }
      assertTrue(
          probe
              .found()
              .matches("PostgreSQL at 127.0.0.1:\\d+/fleet\\d+, version 18.*, answers in .*"),
          probe::toString);
    } finally {
      server.execute("postgres", "ALTER SYSTEM RESET fsync");
      server.execute("postgres", "SELECT pg_reload_conf()");
    }
    server.execute(
        PostgresServer.database(url), "INSERT INTO schema_migrations VALUES (4, 'later', 'now')");
    final DatabaseProbe newer = DatabaseProbe.of(TestRegistry.config(url));
    assertTrue(newer.failure().contains("max=3, actual=4"), newer::toString);
    assertTrue(newer.remedy().contains("newer version"), newer::toString);
    final DatabaseProbe refused =
        DatabaseProbe.of(TestRegistry.config(url.replace("mellon", "wrong")));
    assertTrue(refused.failure().contains("password authentication failed"), refused::toString);
    assertFalse(refused.toString().contains("wrong"), refused::toString);
  }
}
