package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What nats-server 2.15.1 reads in a file is read the same way, or refused; each was tried there.
 */
class NatsServerFileTest {
  private static final String HASH = "$2a$11$W2zko751KUvVy59mUTWmpOdWjpEm5qhcCZRd05GjI/sSOT.xtiHyG";

  @TempDir private Path folder;

  private MothershipConfig load(final String file, final Map<String, String> environment)
      throws IOException {
    final Path path = folder.resolve("nats.conf");
    Files.writeString(path, file);
    return MothershipConfig.load(
        new MothershipConfig.Inputs(Optional.of(path), environment, Optional.empty(), Map.of()));
  }

  private MothershipConfig load(final String file) throws IOException {
    return load(file, Map.of());
  }

  private String problem(final String file) {
    return assertThrows(MothershipException.class, () -> load(file), file).getMessage();
  }

  private String token(final String file) throws IOException {
    return load(file).text(AuthorizationKeys.TOKEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ab#cd", "#abcd", "//abcd", "ab//cd", "ab#", "a#b#c", "ab\"cd", "ab{cd", "ab[cd", "a(b",
        "a:b=c", "12ab", "12#3", "2m"
      })
  void shouldTakeAnUnquotedSecretAsItStands(final String secret) throws IOException {
    for (final String file :
        List.of(
            "authorization { token: %s }",
            "authorization {\n  token: %s\n}",
            "authorization {\n  token %s # why\n}",
            "authorization { token = %s, timeout: 1 }",
            "authorization { token: %s // why\n}",
            "P: %s\nauthorization { token: $P }")) {
      assertEquals(secret, token(file.formatted(secret)), file);
    }
    final MothershipConfig users =
        load("authorization { users = [ {user: a\n password: " + secret + "\n} ] }");
    assertEquals(secret, users.users().getFirst().password());
  }

  @Test
  void shouldReadEscapesOutsideOfQuotesToo() throws IOException {
    assertEquals("a\tb", token("authorization { token: a\\tb }"));
    assertEquals("a\\b", token("authorization { token: a\\\\b }"));
    assertEquals("a\\tb", token("authorization { token: 'a\\tb' }"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authorization { token: ab cd }",
        "authorization { token: ab\tcd }",
        "authorization { token: # why\n}",
        "authorization { token: ab'cd }",
        "authorization { token: ab\\cd }",
        "authorization { token: \"ab\"cd }",
        "authorization { token: ab users: [] }"
      })
  void shouldRefuseAValueThatCouldBeReadInTwoWays(final String file) {
    problem(file);
  }

  @Test
  void shouldReadAVariableOfAnyName() throws IOException {
    assertEquals("secret", token("pw = secret\nauthorization { token: $pw }"));
    final MothershipConfig config =
        load(
            """
            authorization {
              admin_user = { publish = ">", subscribe: "a.>" }
              users = [ { user: a, password: p, permissions: $admin_user } ]
            }
            """);
    assertEquals(List.of("a.>"), config.users().getFirst().subscribe().allow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROT: 4222", "Prot: 4222", "pw = secret", "jetstream { DOMIAN: x }"})
  void shouldRefuseWhatNobodyRefersTo(final String file) {
    assertTrue(problem(file).contains("unknown key"), file);
  }

  @Test
  void shouldReadAJsonFile() throws IOException {
    final MothershipConfig config =
        load(
            "\n{\"port\": 4333,\n \"jetstream\": {\"store_dir\": \"d\"}, \"debug\": true,\n"
                + "\"authorization\": {\"users\": [{\"user\": \"a\", \"password\": \"b\"}]}\n}\n");
    assertEquals(4333, config.integer(NatsKeys.PORT));
    assertEquals("d", config.text(JetStreamKeys.STORE_DIR));
    assertEquals("b", config.users().getFirst().password());
    assertTrue(problem("{\"port\": 4222").contains("'}' is missing"));
  }

  @Test
  void shouldReadOnTheNextLineWhatBelongsToTheKey() throws IOException {
    final MothershipConfig config =
        load("port\n4333\nauthorization\n{\n user\n: a\n password: b\n}\njetstream\n\n{ }\n");
    assertEquals(4333, config.integer(NatsKeys.PORT));
    assertEquals("a", config.text(AuthorizationKeys.USER));
    assertTrue(problem("websocket\n{ port: 8080 }").contains("NATS over WebSocket"));
    assertTrue(problem("debug\nport: 4222\n").contains("debug: a value is missing"));
  }

  @Test
  void shouldLetTheLastOfTwoCount() throws IOException {
    assertEquals(4333, load("port: 4222\nport: 4333\n").integer(NatsKeys.PORT));
    assertEquals("b", token("authorization { token: a }\nauthorization { token: b }"));
    Files.writeString(folder.resolve("more.conf"), "port: 3\n");
    assertEquals(3, load("port: 1\ninclude more.conf\n").integer(NatsKeys.PORT));
    assertEquals(1, load("include more.conf\nport: 1\n").integer(NatsKeys.PORT));
    // Two names of one key are no last and first.
    assertTrue(problem("port: 1\nlisten: \"127.0.0.1:2\"\n").contains("already set"));
  }

  @Test
  void shouldPassOverWhatChangesNothingForOneServer() throws IOException {
    load(
        """
        syslog: false, no_sys_acc: true, disable_sublist_cache: true, max_traced_msg_len: 100
        max_closed_clients: 5, client_advertise: "a:1", prof_port: 0, prof_block_rate: 1
        server_metadata { a: b }
        server_tags: [a, "b:c"]
        logfile_size_limit: 1GB
        """);
    assertTrue(problem("syslog: true").contains("syslog"));
    assertTrue(problem("remote_syslog: \"udp://a\"").contains("syslog"));
  }

  @ParameterizedTest
  @CsvSource({
    "port: -1, port, 0",
    "max_connections: -1, max_connections, 1000000",
    "max_connections: 0, max_connections, 8192",
    "max_payload: -1, max_payload, 8388608",
    "max_payload: 0, max_payload, 1048576",
    "max_subscriptions: -1, max_subscriptions, 0",
    "max_control_line: -1, max_control_line, 32768",
    "max_pending: -1, max_pending, 268435456",
    "ping_interval: 0, ping_interval, 120000000000",
    "ping_interval: \"0s\", ping_interval, 120000000000",
    "ping_max: 0, ping_max, 2",
    "write_deadline: \"0s\", write_deadline, 10000000000"
  })
  void shouldReadNumbersThatStandForSomethingElse(
      final String line, final String key, final long meant) throws IOException {
    assertEquals(meant, load(line).number(ConfigTable.key(key).orElseThrow()), line);
  }

  @Test
  void shouldReadAnAnyPortInAnAddress() throws IOException {
    assertEquals(0, load("listen: \"127.0.0.1:-1\"").integer(NatsKeys.PORT));
    assertEquals(0, load("listen: 127.0.0.1:-1").integer(NatsKeys.PORT));
  }

  @Test
  void shouldPassOverAByteOrderMark() throws IOException {
    assertEquals(4333, load("\uFEFFport: 4333").integer(NatsKeys.PORT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"d.x", "d*", ">", "d x"})
  void shouldRefuseADomainThatIsNoToken(final String domain) {
    assertTrue(problem("jetstream { domain: \"" + domain + "\" }").contains("jetstream.domain"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user: a, password: b, token: tt | Cannot have a user/pass and token",
        "user: a, password: x, users: [ {user: b, password: y} ]"
            + " | Can not have a single user/pass and a users array",
        "user: a, password: x, users: [ {nkey: %1$s} ]"
            + " | Can not have a single user/pass and a users array",
        "token: x, users: [ {user: a, password: y} ] | Can not have a token and a users array",
        "token: x, users: [ {nkey: %1$s} ] | Can not have a token and a users array",
        "users: [ {user: a, password: x}, {user: a, password: y} ]"
            + " | Duplicate user \"a\" detected",
        "users: [ {nkey: %1$s}, {nkey: %1$s} ] | Duplicate nkey \"%1$.32s…\" detected"
      })
  void shouldRefuseTwoKindsOfAuthorization(final String members, final String words) {
    final String key = "UBM7TZXE2VKMSIQF64FHDKBFEQWF7MECYCTWSPMTDA3RO6NVVVEKQLLZ";
    final String found = problem("authorization { " + members.formatted(key) + " }");
    assertTrue(found.contains(words.formatted(key)), found);
  }

  @Test
  void shouldRefuseThemFromTwoPlacesToo() {
    final String problem =
        assertThrows(
                MothershipException.class,
                () ->
                    load(
                        "authorization { users: [ {user: b, password: y} ] }",
                        Map.of("MOTHERSHIP_AUTHORIZATION_TOKEN", "x")))
            .getMessage();
    assertTrue(problem.contains("Can not have a token and a users array"), problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authorization { user: a, password: \"%s\" }",
        "authorization { user: a, password: %s }",
        "authorization { token: \"%s\" }",
        "authorization { users: [ {user: a, password: \"%s\"} ] }",
        "http { token: \"%s\" }",
        "http { tokens: [ { name: a, token: \"%s\" } ] }"
      })
  void shouldRefuseAHashInThePlaceOfASecret(final String file) {
    assertTrue(problem(file.formatted(HASH)).contains("bcrypt"), file);
  }

  @Test
  void shouldTakePermissionsOfAllForWhoHasNone() throws IOException {
    final MothershipConfig config =
        load("authorization { permissions { publish: \"a.>\" }, users: [ {user: u} ] }");
    assertEquals(List.of("a.>"), config.users().getFirst().publish().allow());
  }
}
