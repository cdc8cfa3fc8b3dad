package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MothershipConfigTest {
  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final Map<ConfigKey, String> commandLine = new HashMap<>();

  private MothershipConfig load(final String text) throws IOException {
    final Path file = Files.writeString(folder.resolve("nats.conf"), text);
    return MothershipConfig.load(
        new MothershipConfig.Inputs(
            Optional.of(file), environment, Optional.of(folder.resolve(".env")), commandLine));
  }

  private List<String> problems(final String text) {
    final MothershipException e = assertThrows(MothershipException.class, () -> load(text));
    assertEquals(MothershipException.Category.CONFIGURATION, e.category());
    return e.getMessage()
        .replace(folder.toString() + "/", "")
        .lines()
        .map(String::strip)
        .filter(line -> !line.endsWith("problems in the configuration:"))
        .toList();
  }

  @Test
  void shouldPreferCommandLineOverEnvironmentOverFileOverDefault() throws IOException {
    assertEquals(4222, load("").integer(NatsKeys.PORT));
    assertEquals(1, load("port: 1").integer(NatsKeys.PORT));
    Files.writeString(folder.resolve(".env"), "# c\nexport NATS_PORT='2' # c\nPORT=9\n");
    assertEquals(2, load("port: 1").integer(NatsKeys.PORT));
    environment.put("NATS_PORT", "3");
    assertEquals(3, load("port: 1").integer(NatsKeys.PORT));
    environment.put("MOTHERSHIP_PORT", "4");
    assertEquals("environment MOTHERSHIP_PORT", load("port: 1").source(NatsKeys.PORT));
    commandLine.put(NatsKeys.PORT, "5");
    final MothershipConfig config = load("port: 1");
    assertEquals(5, config.integer(NatsKeys.PORT));
    assertEquals("command line", config.source(NatsKeys.PORT));
    assertEquals(9, config.integer(HttpKeys.PORT));
  }

  @Test
  void shouldReadTheFileOfANatsOperator() throws IOException {
    final MothershipConfig config =
        load(
            """
            server_name: mothership-constellation
            listen: 0.0.0.0:4333
            http: 127.0.0.1:8222
            max_payload: 1MB
            max_pending: 64MB
            max_control_line: 4KB
            max_connections: 1000
            ping_interval: "2m"
            ping_max: 3
            write_deadline: "10s"
            lame_duck_duration: 30s
            debug: true
            max_subs: 500
            logtime: true
            jetstream {
              store_dir: "/data/js"
              domain: constellation
              max_mem: 64MB
              max_file: 1GB
            }
            authorization {
              timeout: 1
              users = [
                { user: constellation, password: changeme }
                { user: eye, password: p, permissions: { publish: { deny: ">" }, subscribe: ["a.>", b] } }
              ]
            }
            """);
    assertEquals("0.0.0.0", config.text(NatsKeys.HOST));
    assertEquals(4333, config.integer(NatsKeys.PORT));
    assertEquals(8222, config.integer(MonitorKeys.PORT));
    assertEquals(120_000_000_000L, config.number(NatsKeys.PING_INTERVAL));
    assertEquals(1_000_000_000L, config.number(AuthorizationKeys.TIMEOUT));
    assertEquals("debug", config.text(ProcessKeys.LOG_LEVEL));
    assertEquals(64L << 20, config.number(JetStreamKeys.MAX_MEMORY));
    assertEquals(500, config.integer(NatsKeys.MAX_SUBSCRIPTIONS));
    assertTrue(config.isOn(JetStreamKeys.ENABLED));
    assertEquals(2, config.users().size());
    assertEquals(List.of(">"), config.users().get(1).publish().deny());
    assertEquals(List.of("a.>", "b"), config.users().get(1).subscribe().allow());
  }

  @Test
  void shouldReadPolicyAndIntervalOfSyncByNatsServersNames() throws IOException {
    final String interval = "100ms";
    assertSync("", "auto", interval);
    assertSync("sync: always", "always", interval);
    assertSync("sync: interval", "interval", interval);
    assertSync("sync_interval: always", "always", interval);
    assertSync("sync: 1s", "auto", "1s");
    assertSync("sync: interval, sync_interval: 50ms", "interval", "50ms");
    assertEquals(1, problems("jetstream { sync: sometimes }").size());
  }

  private void assertSync(final String keys, final String policy, final String interval)
      throws IOException {
    final MothershipConfig config = load("jetstream { " + keys + " }");
    assertEquals(policy, config.text(JetStreamKeys.SYNC));
    assertEquals(ConfigType.DURATION.number(interval), config.number(JetStreamKeys.SYNC_INTERVAL));
  }

  @Test
  void shouldGiveDefaultPermissionsToWhoHasNone() throws IOException {
    final MothershipConfig config =
        load(
            """
            jetstream { max_mem_store: 1GB, max_file_store: 3GB }
            authorization {
              users = [
                { user: ruled, password: p, permissions: { publish: "own.>" } }
                { user: unruled }
                { nkey: UBM7TZXE2VKMSIQF64FHDKBFEQWF7MECYCTWSPMTDA3RO6NVVVEKQLLZ }
              ]
              default_permissions { publish = ["a.>"], subscribe { deny: "b" } }
            }
            """);
    assertEquals(1L << 30, config.number(JetStreamKeys.MAX_MEMORY));
    assertEquals(3L << 30, config.number(JetStreamKeys.MAX_FILE));
    final UserConfig ruled = config.users().get(0);
    assertEquals(List.of("own.>"), ruled.publish().allow());
    assertEquals(List.of(), ruled.subscribe().deny());
    final UserConfig unruled = config.users().get(1);
    assertEquals("", unruled.password());
    assertEquals(List.of("a.>"), unruled.publish().allow());
    assertEquals(List.of("b"), unruled.subscribe().deny());
    assertEquals(List.of("a.>"), config.keyUsers().getFirst().publish().allow());
    assertEquals(List.of("a.>"), config.unlisted().publish().allow());
    assertEquals(List.of(), load("").unlisted().publish().allow());
  }

  @Test
  void shouldRefuseUsersNobodyCouldLogInAs() {
    assertEquals(
        List.of(
            "nats.conf:1: a user needs a name or an nkey",
            "nats.conf:2: nkey: expected the public key of a user",
            "nats.conf:3: bcrypt hashes of passwords are not supported yet"),
        problems(
            "authorization { users: [ { password: p }\n"
                + "{ nkey: SUA }\n"
                + "{ user: u, password:"
                + " \"$2a$11$W2zko751KUvVy59mUTWmpOdWjpEm5qhcCZRd05GjI/sSOT.xtiHyG\" } ] }"));
  }

  @Test
  void shouldReportAllProblemsTogether() {
    environment.put("PORT", "http");
    commandLine.put(NatsKeys.PING_MAX, "101");
    assertEquals(
        List.of(
            "nats.conf:1: unknown key prot",
            "nats.conf:3: cluster: one appliance is one server: there are no clusters",
            "nats.conf:4: unknown key http.prot",
            "nats.conf:2: max_payload=1XB: expected a size like 64k, 1MB or 2GB",
            "environment PORT: http.port=http: expected a whole number",
            "command line: ping_max=101: must be between 1 and 100"),
        problems("prot: 1\nmax_payload: 1XB\ncluster { name: x }\nhttp { prot: 1 }\n"));
  }

  @Test
  void shouldCheckHowLimitsRelate() {
    assertEquals(
        List.of(
            "nats.conf:1: max_payload=64MB must not exceed max_pending=1MB",
            "nats.conf:3: rings.journal=8MB must be at least 4 times the longest record,"
                + " max_payload=64MB and 131072 bytes",
            "default: storage.segment_size=32MB must be at least 4 times max_payload=64MB"),
        problems("max_payload: 64MB\nmax_pending: 1MB\nrings { journal: 8MB }\n"));
  }

  @Test
  void shouldNeverShowASecret() throws IOException {
    environment.put("API_BEARER_TOKEN", "s3cret-a");
    final MothershipConfig config = load("authorization { user: u, password: s3cret-b }");
    final MothershipConfig byToken = load("authorization { token: s3cret-c }");
    final String shown = String.join("\n", config.lines()) + String.join("\n", byToken.lines());
    assertFalse(shown.contains("s3cret"), shown);
    assertTrue(shown.contains("environment API_BEARER_TOKEN"), shown);
  }

  @Test
  void shouldQuoteWhatIsNoPlainWord() throws IOException {
    final MothershipConfig config = load("server_name: \"a \\\"b\\\" # c\", log_file: '$x'");
    final MothershipConfig again = load(String.join("\n", config.lines()));
    assertEquals("a \"b\" # c", again.text(NatsKeys.SERVER_NAME));
    assertEquals("$x", again.text(ProcessKeys.LOG_FILE));
  }

  @Test
  void shouldReportPathsThatNoFileCanHave() {
    assertEquals(
        List.of("nats.conf:1: include: not a file name", "nats.conf:2: log_file=a?: is not a path"),
        problems("include \"a\\x00\"\nlog_file: \"a\\x00\""));
  }

  @Test
  void shouldReportBottomlessNesting() {
    for (final String opening : List.of("{ a: ", "[", "[ { a: ")) {
      final List<String> found = problems("a: " + opening.repeat(100_000));
      assertTrue(found.stream().anyMatch(p -> p.contains("more than 64")), () -> opening + found);
    }
  }

  @Test
  void shouldNameEachKeyAndVariableOnce() {
    final Set<String> names = new HashSet<>();
    for (final ConfigKey key : ConfigTable.keys()) {
      assertTrue(names.add(key.fileKey()), key.fileKey());
      key.aliases().forEach(alias -> assertTrue(names.add(alias), alias));
      for (final String name : key.environmentNames()) {
        assertTrue(names.add(name), name);
      }
      assertFalse(key.doc().isBlank());
      if (!key.defaultText().isEmpty()) {
        key.checked(key.defaultText());
      }
    }
  }

  @Test
  void shouldKeepTheReferencePageCurrent() throws IOException {
    final Path page = Path.of("..", "docs", "reference", "configuration.md");
    assertEquals(
        Files.readString(page),
        ConfigReference.markdown(),
        "write it again with: ./mothership config reference > docs/reference/configuration.md");
  }

  @Test
  void shouldReloadUsersAndReloadableKeysOnly() throws IOException {
    final MothershipConfig running = load("port: 1, log_level: info");
    final MothershipConfig wanted =
        load(
            "port: 2, log_level: debug, max_connections: 7\n"
                + "authorization { users: [ { user: a, password: b } ] }");
    final MothershipConfig merged = running.reloaded(wanted);
    assertEquals(1, merged.integer(NatsKeys.PORT));
    assertEquals(7, merged.integer(NatsKeys.MAX_CONNECTIONS));
    assertEquals("debug", merged.text(ProcessKeys.LOG_LEVEL));
    assertEquals(List.of("a"), merged.users().stream().map(UserConfig::name).toList());
    assertFalse(running.hasSameUsers(merged));
    assertTrue(wanted.hasSameUsers(merged));
    assertEquals(List.of(NatsKeys.PORT), merged.differences(wanted));
    assertEquals(
        List.of(NatsKeys.MAX_CONNECTIONS, ProcessKeys.LOG_LEVEL), running.differences(merged));
  }

  @Test
  void shouldRefuseToReloadWhatDoesNotGoWithWhatStays() throws IOException {
    final MothershipConfig running = load("max_payload: 2MB, max_pending: 64MB");
    final MothershipConfig wanted = load("max_payload: 1MB, max_pending: 1MB");
    assertThrows(MothershipException.class, () -> running.reloaded(wanted));
  }

  @Test
  void shouldRefuseAnEmptyTokenAtAStartAndAtAReload() throws IOException {
    for (final String file : List.of("http { token: \"\" }", "http { token: \" \" }")) {
      assertTrue(problems(file).getFirst().contains("http.token: must not be empty"), file);
    }
    assertTrue(problems("authorization { token: \" \" }").getFirst().contains("must not be empty"));
    commandLine.put(HttpKeys.TOKEN, " ");
    assertTrue(problems("").getFirst().contains("must not be empty"));
  }

  @Test
  void shouldRefuseToAskForCertificatesWithoutTls() {
    assertEquals(
        List.of(
            "nats.conf:1: tls.verify=true needs tls.cert_file",
            "nats.conf:1: tls.ca_file=ca.pem needs tls.cert_file"),
        problems("tls { ca_file: ca.pem, verify: true }"));
    assertTrue(
        problems("tls { cert_file: c, key_file: k, verify: true }")
            .getFirst()
            .contains("needs tls.ca_file"));
  }
}
