package io.mothership.transport.ws;

import java.io.IOException;

/** The client of a session. */
public interface WebSocketPeer {

  /**
   * Waits until the client has taken most of what was sent, however long it needs. To be called
   * before what is to be sent is made.
   *
   * <p><i>Thread:</i> the session's.
   *
   * @throws IOException if the connection is closed
   */
  void awaitRoom() throws IOException, InterruptedException;

  /**
   * Sends one text message of valid UTF-8; the array must not change any more.
   *
   * <p><i>Thread:</i> the session's. <i>Back-pressure:</i> none, see {@link #awaitRoom}: what the
   * client does not take waits outside the heap.
   *
   * @throws IOException if the connection is closed
   */
  void send(byte[] text) throws IOException, InterruptedException;

  boolean isOpen();
}
