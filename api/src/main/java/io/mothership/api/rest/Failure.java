package io.mothership.api.rest;

import io.mothership.error.ServiceException;
import java.time.Instant;
import java.util.Map;

/**
 * What a client is told when it does not get what it asked for; an {@link ErrorShape} writes it.
 *
 * @param code upper-case snake case, for programs
 * @param details what a program may want to know besides
 * @param at when
 */
public record Failure(
    int status,
    String code,
    String message,
    Map<String, ?> details,
    String correlationId,
    Instant at) {

  /** What a service said. */
  static Failure of(final ServiceException refused, final String correlationId, final Instant at) {
    return new Failure(
        status(refused.kind()),
        refused.code(),
        refused.getMessage(),
        refused.details(),
        correlationId,
        at);
  }

  static int status(final ServiceException.Kind kind) {
    return switch (kind) {
      case INVALID -> 400;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN -> 403;
      case NOT_FOUND -> 404;
      case CONFLICT -> 409;
      case PRECONDITION -> 412;
      case TOO_LARGE -> 413;
      case RATE_LIMITED -> 429;
      case UNAVAILABLE -> 503;
      case FAILED -> 500;
    };
  }
}
