package io.mothership.api.rest;

import io.mothership.transport.http.HttpResponse;

/** Answers calls of one operation. */
@FunctionalInterface
public interface CallHandler {

  /**
   * Reads, has a service do it, renders.
   *
   * <p><i>Thread:</i> a virtual thread of its own; may block. What it throws is rendered: a {@link
   * io.mothership.error.ServiceException} as what it says, anything else as a failure of the
   * appliance.
   */
  HttpResponse handle(Call call) throws Exception;
}
