package io.mothership.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.error.ServiceException;
import org.junit.jupiter.api.Test;

final class LoginsTest {
  private static final Principal ANN = Principal.owner("ann");
  private static final Principal BOB = Principal.owner("bob");

  private final LiveAuthenticator live =
      new LiveAuthenticator(
          Logins.NONE
              .withUser("ann", "a", ANN)
              .withNamelessPassword("n", BOB)
              .withBearer("t", BOB));

  @Test
  void shouldKnowEachByWhatItShows() {
    assertEquals(ANN, live.authenticate(new Credentials.Password("ann", "a")));
    assertEquals(BOB, live.authenticate(new Credentials.Password("", "n")));
    assertEquals(BOB, live.authenticate(new Credentials.Bearer("t")));
  }

  @Test
  void shouldNotTakeOneKindOfSecretForAnother() {
    refuses(new Credentials.Password("ann", "b"));
    refuses(new Credentials.Password("eve", ""));
    refuses(new Credentials.Password("ann", ""));
    refuses(new Credentials.Password("", "t"));
    refuses(new Credentials.Password("", "a"));
    refuses(new Credentials.Bearer("n"));
    refuses(new Credentials.Bearer("a"));
    refuses(new Credentials.Bearer(""));
    refuses(new Credentials.Certificate("CN=ann"));
    refuses(new Credentials.Nkey("U", "n", "s"));
    refuses(new Credentials.None(Door.HTTP));
    refuses(new Credentials.None(Door.NATS));
  }

  @Test
  void shouldBeOpenOnlyWhereNobodyIsAsked() {
    final Logins open = Logins.NONE.withAnonymous(Door.NATS, Principal.anybody());
    assertTrue(open.isOpen(Door.NATS));
    assertFalse(open.isOpen(Door.HTTP));
    assertFalse(open.withUser("ann", "a", ANN).isOpen(Door.NATS));
    assertTrue(open.withBearer("t", BOB).isOpen(Door.NATS), "a token of HTTP closes no other door");
    assertFalse(Logins.NONE.isOpen(Door.NATS));
  }

  @Test
  void shouldAskTheLatest() {
    live.replace(Logins.NONE.withBearer("other", ANN));
    refuses(new Credentials.Bearer("t"));
    assertEquals(ANN, live.authenticate(new Credentials.Bearer("other")));
  }

  @Test
  void shouldRefuseTokensThatAnybodyHas() {
    assertThrows(IllegalArgumentException.class, () -> Logins.NONE.withBearer(" ", ANN));
  }

  @Test
  void shouldKeepSecretsOutOfTexts() {
    assertFalse(new Credentials.Bearer("hidden").toString().contains("hidden"));
    assertFalse(new Credentials.Password("ann", "hidden").toString().contains("hidden"));
  }

  private void refuses(final Credentials credentials) {
    final ServiceException refused =
        assertThrows(ServiceException.class, () -> live.authenticate(credentials));
    assertEquals(ServiceException.Kind.UNAUTHENTICATED, refused.kind());
  }
}
