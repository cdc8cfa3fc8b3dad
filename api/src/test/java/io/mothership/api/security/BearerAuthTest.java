package io.mothership.api.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BearerAuthTest {

  @Test
  void shouldRefuseTheDefaultTokenWhereOthersCanReachIt() {
    for (final String host : List.of("127.0.0.1", "127.8.0.1", "::1", "localhost")) {
      assertTrue(BearerAuth.refusal(BearerAuth.DEFAULT_TOKEN, host).isEmpty(), host);
    }
    for (final String host : List.of("0.0.0.0", "::", "10.0.0.1")) {
      assertFalse(BearerAuth.refusal(BearerAuth.DEFAULT_TOKEN, host).isEmpty(), host);
      assertTrue(BearerAuth.refusal("something-else", host).isEmpty(), host);
      assertFalse(BearerAuth.refusal(" ", host).isEmpty(), host);
    }
    assertEquals(
        "API_BEARER_TOKEN is the well-known default, which is refused on a listener that others can"
            + " reach: host=0.0.0.0",
        BearerAuth.refusal(BearerAuth.DEFAULT_TOKEN, "0.0.0.0").orElseThrow());
  }
}
