package io.mothership.security;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.ServiceException;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PrincipalTest {
  private static final Principal VIEWER = of(OrganizationScope.of(Set.of("a")), Role.VIEWER);
  private static final Principal ADMIN = of(OrganizationScope.of(Set.of("a")), Role.ADMIN);

  private static Principal of(final OrganizationScope organizations, final Role role) {
    return Principal.of("somebody", Principal.Kind.USER, organizations, Set.of(role));
  }

  @Test
  void shouldAllowWhatARoleDoesInItsOrganizations() {
    VIEWER.require(Permission.ENTITY_READ);
    VIEWER.require(Permission.ENTITY_READ, "a");
    VIEWER.require(Permission.ENTITY_READ, "a", "e");
    assertThrows(ServiceException.class, () -> VIEWER.require(Permission.ENTITY_READ, "b"));
    assertThrows(ServiceException.class, () -> VIEWER.require(Permission.ENTITY_READ, "b", "e"));
    final ServiceException refused =
        assertThrows(ServiceException.class, () -> VIEWER.require(Permission.COMMAND_SEND, "a"));
    assertEquals(ServiceException.Kind.FORBIDDEN, refused.kind());
    assertEquals("FORBIDDEN", refused.code());
    assertEquals("command:send is not allowed there", refused.getMessage());
    assertEquals(0, refused.getStackTrace().length);
  }

  @Test
  void shouldKeepAnOrganizationsAdminFromTheAppliance() {
    ADMIN.require(Permission.SYSTEM_WRITE);
    assertThrows(ServiceException.class, () -> ADMIN.requireEverywhere(Permission.SYSTEM_WRITE));
    assertDoesNotThrow(() -> Principal.owner("o").requireEverywhere(Permission.SYSTEM_WRITE));
    assertDoesNotThrow(() -> Principal.system("s").requireEverywhere(Permission.SYSTEM_WRITE));
  }

  @Test
  void shouldHoldAnEntitysPrincipalToIt() {
    final Principal device = of(OrganizationScope.of(Set.of("a")).only(Set.of("e")), Role.OPERATOR);
    device.require(Permission.ENTITY_WRITE, "a", "e");
    assertThrows(ServiceException.class, () -> device.require(Permission.ENTITY_WRITE, "a", "f"));
    assertThrows(ServiceException.class, () -> device.require(Permission.ENTITY_READ, "a"));
    assertTrue(device.organizations().touches("a"));
  }

  @Test
  void shouldAllowNothingToNobody() {
    for (final Permission permission : Permission.values()) {
      assertFalse(Principal.anonymous().may(permission), permission.words());
    }
    assertFalse(Principal.anonymous().organizations().touches("a"));
  }

  @Test
  void shouldExpire() {
    final Instant noon = Instant.parse("2026-01-01T12:00:00Z");
    final Principal token =
        new Principal(
            "t", Principal.Kind.TOKEN, OrganizationScope.all(), Set.of(), SubjectRules.OPEN, noon);
    assertFalse(token.isExpired(noon.minusNanos(1)));
    assertTrue(token.isExpired(noon));
    assertFalse(VIEWER.isExpired(noon));
  }
}
