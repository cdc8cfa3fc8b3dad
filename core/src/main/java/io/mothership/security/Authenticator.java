package io.mothership.security;

import io.mothership.error.ServiceException;

/**
 * Tells who somebody is by what they show; one for all listeners of the appliance.
 *
 * <p><i>Thread:</i> any, event loops among them: it answers from memory.
 */
public interface Authenticator {

  /**
   * @throws ServiceException {@code UNAUTHENTICATED}; the message does not say what was wrong
   */
  Principal authenticate(Credentials credentials);

  /** Whether {@link Credentials.None} is enough at a door, so that it need not ask. */
  boolean admitsAnybody(Door door);

  /** Whether anybody proves an NKey, so that a head has to give out nonces. */
  boolean takesNkeys();
}
