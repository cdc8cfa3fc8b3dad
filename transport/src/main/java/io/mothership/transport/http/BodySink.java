package io.mothership.transport.http;

import java.io.IOException;

/**
 * Where a streaming body goes.
 *
 * <p><i>Thread:</i> the handler's. <i>Back-pressure:</i> both calls wait until the channel takes
 * bytes.
 */
public interface BodySink {

  /** Takes the bytes; they may stay in a small buffer until {@link #flush} or the body's end. */
  void write(byte[] bytes) throws IOException, InterruptedException;

  /** Sends what was written so far. */
  void flush() throws IOException, InterruptedException;
}
