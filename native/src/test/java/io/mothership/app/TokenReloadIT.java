package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mothership.config.MothershipConfig;
import io.mothership.config.NatsKeys;
import io.mothership.error.MothershipException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another token comes into force at all doors at once, or at none. */
final class TokenReloadIT {
  private static final List<String> PLACES =
      List.of("http /metrics", "monitor /metrics", "http /api/v1/organizations");

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void shouldTakeTheNewTokenAtEveryDoor() throws Exception {
    try (Wiring wiring = Wiring.start(config("", "first-token"), Role.APPLIANCE)) {
      expect(wiring, "first-token", 200);
      expect(wiring, "second-token", 401);
      wiring.reconfigure(wiring.config().reloaded(config("", "second-token")));
      expect(wiring, "first-token", 401);
      expect(wiring, "second-token", 200);
      final String more = "http { tokens: [ { name: probe, token: third-token, role: viewer } ] }";
      wiring.reconfigure(wiring.config().reloaded(config(more, "second-token")));
      expect(wiring, "third-token", 200);
      wiring.reconfigure(wiring.config().reloaded(config("", "second-token")));
      expect(wiring, "third-token", 401);
    }
  }

  @Test
  void shouldChangeNothingForATokenThatIsEmpty() throws Exception {
    try (Wiring wiring =
        Wiring.start(config("max_connections: 3", "first-token"), Role.APPLIANCE)) {
      assertThrows(
          MothershipException.class,
          () -> wiring.reconfigure(wiring.config().reloaded(config("max_connections: 4", " "))));
      expect(wiring, "first-token", 200);
      assertEquals(3, wiring.config().integer(NatsKeys.MAX_CONNECTIONS));
    }
  }

  private MothershipConfig config(final String text, final String token) throws Exception {
    return TenantWorld.config(folder, text, token);
  }

  private void expect(final Wiring wiring, final String token, final int status) throws Exception {
    for (final String place : PLACES) {
      final String[] parts = place.split(" ");
      final HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + wiring.ports().get(parts[0]) + parts[1]))
              .header("Authorization", "Bearer " + token)
              .build();
      final int actual = http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
      assertEquals(status, actual, place);
    }
  }
}
