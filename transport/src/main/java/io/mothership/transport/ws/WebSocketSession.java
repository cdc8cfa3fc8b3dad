package io.mothership.transport.ws;

import java.io.IOException;

/** What talks to one client. */
@FunctionalInterface
public interface WebSocketSession {

  /**
   * Serves the client until it or the session has enough; returning closes the connection normally.
   *
   * <p><i>Thread:</i> a virtual thread of its own, interrupted when the connection ends.
   *
   * @throws IOException when the client is gone; just let it pass
   */
  void run(WebSocketPeer peer) throws IOException, InterruptedException;
}
