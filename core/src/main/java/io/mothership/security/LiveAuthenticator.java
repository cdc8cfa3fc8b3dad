package io.mothership.security;

/**
 * The authenticator that all listeners of the appliance ask: whoever is admitted from now on is
 * what the latest configuration says.
 *
 * <p><i>Thread:</i> any.
 */
public final class LiveAuthenticator implements Authenticator {
  private volatile Authenticator latest;

  public LiveAuthenticator(final Authenticator first) {
    this.latest = first;
  }

  /** Principals that are out stay what they are; heads ask again for their connections. */
  public void replace(final Authenticator newLatest) {
    latest = newLatest;
  }

  @Override
  public Principal authenticate(final Credentials credentials) {
    return latest.authenticate(credentials);
  }

  @Override
  public boolean isOpen(final Door door) {
    return latest.isOpen(door);
  }

  @Override
  public boolean takesNkeys() {
    return latest.takesNkeys();
  }
}
