package io.mothership.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.MothershipException;
import io.mothership.security.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GrantValuesTest {
  @TempDir private Path folder;

  private MothershipConfig load(final String text) throws IOException {
    final Path file = Files.writeString(folder.resolve("nats.conf"), text);
    return MothershipConfig.load(
        new MothershipConfig.Inputs(Optional.of(file), Map.of(), Optional.empty(), Map.of()));
  }

  @Test
  void shouldReadWhoIsGivenWhat() throws IOException {
    final MothershipConfig config =
        load(
            """
            authorization { users = [
              { user: all, password: p }
              { user: ours, password: p, organizations: [a, b], role: operator }
              { user: sees, password: p, organization: a }
              { nkey: UBM7TZXE2VKMSIQF64FHDKBFEQWF7MECYCTWSPMTDA3RO6NVVVEKQLLZ, organization: a,
                role: Ingest }
            ] }
            http { tokens = [
              { name: probe, token: "some-probe", role: viewer }
              { name: theirs, token: "some-theirs", role: admin, organizations: [b] }
            ] }
            """);
    assertEquals(GrantConfig.OWNER, config.users().get(0).grant());
    assertEquals(Set.of("a", "b"), config.users().get(1).grant().organizations().ids());
    assertEquals(Role.OPERATOR, config.users().get(1).grant().role());
    assertEquals(Role.VIEWER, config.users().get(2).grant().role(), "the least, unless told");
    assertEquals(Role.INGEST, config.keyUsers().getFirst().grant().role());
    assertTrue(config.tokens().get(0).grant().organizations().isAll());
    assertEquals("admin of organizations [b]", config.tokens().get(1).grant().toString());
    final String shown = String.join("\n", config.lines());
    assertTrue(shown.contains("# token theirs, ********, admin of organizations [b]"), shown);
    assertFalse(shown.contains("some-theirs"), shown);
    assertFalse(config.tokens().toString().contains("some-"), "a secret shows");
    assertFalse(config.hasSameUsers(load("")));
    assertEquals(2, load("").reloaded(config).tokens().size());
  }

  @Test
  void shouldNeverTakeAMistakeForEverything() {
    refuses(
        "authorization { users = [ { user: u, password: p, organizations: [] } ] }", "names none");
    refuses(
        "authorization { users = [ { user: u, password: p, organizations: [\"*\"] } ] }",
        "must match");
    refuses(
        "authorization { users = [ { user: u, password: p, organization: isr } ] }",
        "not be 'isr'");
    refuses(
        "authorization { users = [ { user: u, password: p, role: boss } ] }", "expected one of");
    refuses("http { tokens = [ { token: abcdefgh } ] }", "needs a name");
    refuses("http { tokens = [ { name: n, token: \" \" } ] }", "must not be empty");
    refuses("http { tokens = [ { name: n, token: constellation-dev-token } ] }", "everybody knows");
    refuses("http { tokens = [ { name: n, token: x1 }, { name: n, token: x2 } ] }", "two tokens");
    refuses("http { tokens = [ { name: n, token: x1, rule: admin } ] }", "unknown key tokens.rule");
    refuses("http { tokens = some }", "expected [");
  }

  private void refuses(final String text, final String reason) {
    final MothershipException refused =
        assertThrows(MothershipException.class, () -> load(text), text);
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }
}
