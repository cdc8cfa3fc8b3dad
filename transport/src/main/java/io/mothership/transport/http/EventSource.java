package io.mothership.transport.http;

import java.io.IOException;

/** What tells one client of server-sent events. */
@FunctionalInterface
public interface EventSource {

  /**
   * Sends until there is nothing more to tell; returning ends the stream.
   *
   * <p><i>Thread:</i> the handler's virtual thread, interrupted when the client is gone or the
   * listener stops. <i>Back-pressure:</i> sending blocks.
   *
   * @throws IOException when the client went away or stopped reading; just let it pass
   */
  void run(EventStream stream) throws IOException, InterruptedException;
}
