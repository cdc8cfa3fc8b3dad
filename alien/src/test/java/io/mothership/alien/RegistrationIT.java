package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.alien.AlienListener.Notice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RegistrationIT {

  @TempDir private Path folder;
  private FleetServer server;
  private final List<Notice> notices = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new FleetServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldRegisterOnFirstRunOnly() {
    final Registration first = register(config().build());
    final Registration second = register(config().build());

    assertEquals(first, second);
    assertEquals(List.of(Notice.REGISTERED, Notice.REUSED), notices);
    assertEquals(1, server.organizations.size());
    assertEquals("Fleet 1", server.organizations.get(first.orgId()).get("name"));
    assertEquals("civilian", server.organizations.get(first.orgId()).get("org_type"));
    assertEquals("drone", server.entities.get(first.entityId()).get("entity_type"));
    assertEquals(Optional.of(first), Registration.read(config().build().stateFile()));
  }

  @Test
  void shouldRegisterAgainInItsOrganizationWhenTheEntityIsForgotten() {
    final Registration first = register(config().build());
    server.entities.clear();

    final Registration second = register(config().build());

    assertEquals(first.orgId(), second.orgId());
    assertNotEquals(first.entityId(), second.entityId());
    assertEquals(List.of(Notice.REGISTERED, Notice.REREGISTERED), notices);
    assertEquals(Optional.of(second), Registration.read(config().build().stateFile()));
  }

  @Test
  void shouldRegisterAllAnewWhenTheServerForgotEverything() {
    final Registration first = register(config().build());
    server.entities.clear();
    server.organizations.clear();

    final Registration second = register(config().build());

    assertNotEquals(first.orgId(), second.orgId());
    assertEquals(1, server.organizations.size());
  }

  @Test
  void shouldJoinAGivenOrganization() {
    final Registration first = register(config().build());
    final Registration other =
        register(config().orgId(first.orgId()).stateFile(folder.resolve("other.json")).build());

    assertEquals(first.orgId(), other.orgId());
    assertEquals(1, server.organizations.size());
    assertEquals(2, server.entities.size());
  }

  @Test
  void shouldGoOnWithTheStoredRegistrationWhenTheServerIsAway() {
    final Registration first = register(config().build());
    server.close();

    assertEquals(first, register(config().build()));
    assertEquals(List.of(Notice.REGISTERED, Notice.REUSED), notices);
  }

  @Test
  void shouldGiveUpAFirstRegistrationAfterItsPatience() {
    final AlienConfig config = config().build();
    server.close();

    final AlienException e = assertThrows(AlienException.class, () -> register(config));
    assertEquals(AlienException.Reason.UNREACHABLE, e.reason());
    assertTrue(Files.notExists(config.stateFile()));
  }

  @Test
  void shouldSayThatTheTokenIsWrong() {
    final AlienConfig config = config().token("other").build();

    final AlienException e = assertThrows(AlienException.class, () -> register(config));
    assertEquals(AlienException.Reason.UNAUTHORIZED, e.reason());
    assertTrue(e.getMessage().contains("Invalid token"), e.getMessage());
  }

  @Test
  void shouldUpdateTheStatusOverHttpWhileTheLinkIsDown() {
    // Nothing listens on port 1; the link keeps trying.
    final AlienConfig config = config().natsUrl("nats://127.0.0.1:1").build();
    try (Alien alien = Alien.open(config, (notice, text) -> {})) {
      alien.updateStatus("returning");

      assertEquals("returning", server.entities.get(alien.registration().entityId()).get("status"));
    }
  }

  private Registration register(final AlienConfig config) {
    return Alien.register(config, (notice, text) -> notices.add(notice));
  }

  private AlienConfig.Builder config() {
    return AlienConfig.builder()
        .httpUrl(server.url())
        .token(FleetServer.TOKEN)
        .organization("Fleet 1", "civilian")
        .entity("Ziggy", "drone")
        .stateFile(folder.resolve(AlienConfig.STATE_FILE_NAME))
        .registrationPatience(Duration.ZERO);
  }
}
