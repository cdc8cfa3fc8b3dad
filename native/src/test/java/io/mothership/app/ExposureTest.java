package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.AuthorizationKeys;
import io.mothership.config.ConfigKey;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No listener: what is refused is refused before anything is opened. */
class ExposureTest {
  private static final String GOOD = "b47c8b0a13f5d2";

  private final Map<ConfigKey, String> settings = new LinkedHashMap<>();

  private ExposureTest with(final ConfigKey key, final String text) {
    settings.put(key, text);
    return this;
  }

  private MothershipConfig config(final Optional<Path> file) {
    return MothershipConfig.load(
        new MothershipConfig.Inputs(file, Map.of(), Optional.empty(), settings));
  }

  private void admit(final Role role) {
    Exposure.check(config(Optional.empty()), role);
  }

  private MothershipException refused(final Optional<Path> file) {
    return assertThrows(
        MothershipException.class, () -> Exposure.check(config(file), Role.APPLIANCE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "1234567", "password1", "aaaaaaaaaaaa", "abababababab"})
  void shouldRefuseAWeakTokenWhereOthersReachIt(final String token) {
    with(HttpKeys.TOKEN, token).admit(Role.APPLIANCE);
    final MothershipException refused = with(HttpKeys.HOST, "0.0.0.0").refused(Optional.empty());
    assertEquals("WEAK_SECRET", refused.code());
    assertTrue(refused.getMessage().contains("openssl rand -hex 24"), refused.getMessage());
    admit(Role.BROKER);
  }

  @Test
  void shouldRefuseAWeakScopedTokenToo(@TempDir final Path folder) throws IOException {
    final Path file = folder.resolve("nats.conf");
    Files.writeString(file, "http { tokens: [ { name: viewer, token: viewer } ] }");
    with(HttpKeys.TOKEN, GOOD).with(HttpKeys.HOST, "0.0.0.0");
    assertTrue(refused(Optional.of(file)).getMessage().contains("token viewer is one that"));
  }

  @Test
  void shouldRefuseTheDefaultTokenWhereOthersReachIt() {
    admit(Role.APPLIANCE);
    assertEquals("DEFAULT_SECRET", with(HttpKeys.HOST, "0.0.0.0").refused(Optional.empty()).code());
  }

  @Test
  void shouldRefuseNatsWithoutAuthorizationUnlessAskedFor() {
    with(NatsKeys.HOST, "0.0.0.0");
    final MothershipException refused = refused(Optional.empty());
    assertEquals("NO_AUTHORIZATION", refused.code());
    assertTrue(refused.getMessage().contains("authorization { users: [ … ] }"));
    assertTrue(refused.getMessage().contains("--no-auth"));
    admit(Role.BROKER);
    with(AuthorizationKeys.NONE, "true").admit(Role.APPLIANCE);
    with(AuthorizationKeys.NONE, "false").with(AuthorizationKeys.TOKEN, GOOD).admit(Role.APPLIANCE);
  }
}
