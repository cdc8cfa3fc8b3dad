package io.mothership.transport.ws;

import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;

/** Decides who gets a session. */
@FunctionalInterface
public interface WebSocketHandler {

  /** Answers the handshake; on a virtual thread, may block. */
  Opening open(HttpRequestView request) throws Exception;

  /** The answer to a handshake. */
  sealed interface Opening {

    /** No session; the client gets this response instead. */
    record Refused(HttpResponse response) implements Opening {}

    /**
     * A session.
     *
     * @param subprotocol the one of the client's {@code Sec-WebSocket-Protocol} to confirm, empty
     *     for none
     */
    record Accepted(String subprotocol, WebSocketSession session) implements Opening {}
  }
}
