package io.mothership.transport.ws;

import java.io.IOException;

/** The client of a session. */
public interface WebSocketPeer {

  /**
   * Sends one text message of valid UTF-8; the array must not change any more.
   *
   * <p><i>Thread:</i> the session's. <i>Back-pressure:</i> waits until the channel takes bytes,
   * however long the client needs.
   *
   * @throws IOException if the connection is closed
   */
  void send(byte[] text) throws IOException, InterruptedException;

  boolean isOpen();
}
