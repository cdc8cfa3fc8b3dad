package io.mothership.transport.http;

import java.io.IOException;

/** Writes a response body piece by piece. */
@FunctionalInterface
public interface StreamingBody {

  /**
   * Writes the whole body and returns.
   *
   * <p><i>Thread:</i> the handler's virtual thread. <i>Back-pressure:</i> the sink blocks.
   *
   * @throws IOException when the client went away or stopped reading; just let it pass
   */
  void writeTo(BodySink sink) throws IOException, InterruptedException;
}
