package io.mothership.transport.http;

/** Where a connection is between two requests. */
enum HttpConnectionState {
  /** Between requests. */
  IDLE,
  /** Bytes of a request came, not yet all. */
  READING,
  /** The request's gate decides; its body has to wait. */
  ADMITTING,
  /** The handler pulls the body. */
  PULLED,
  /** Somebody makes the answer. */
  ANSWERING,
  /** The request is answered; the rest of its body is dropped. */
  SKIPPING,
  /** The last answer is on its way; nothing is read any more. */
  CLOSING,
  /** The channel belongs to another protocol. */
  UPGRADED;

  /** Whether what the client sent has to wait until somebody else has done something. */
  boolean isHeldUp() {
    return this == ADMITTING || this == ANSWERING;
  }
}
