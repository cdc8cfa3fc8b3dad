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

  /** Whether nobody is asked at a door: {@link Credentials.None} is enough, whatever they show. */
  boolean isOpen(Door door);

  /** Whether anybody proves an NKey, so that a head has to give out nonces. */
  boolean takesNkeys();
}
