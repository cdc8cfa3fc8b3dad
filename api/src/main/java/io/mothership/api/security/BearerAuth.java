package io.mothership.api.security;

import io.mothership.api.Envelope;
import io.mothership.error.ServiceException;
import io.mothership.security.Authenticator;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.RouteHandler;

/**
 * Lets those through who may do what a route does, in the organization that the request names. Any
 * thread.
 */
public final class BearerAuth {
  private final Authenticator authenticator;

  public BearerAuth(final Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** Puts the check before {@code handler}. */
  public RouteHandler guard(final Permission permission, final RouteHandler handler) {
    return guard(permission, (principal, request) -> handler.handle(request));
  }

  /** Puts the check before {@code handler}, which wants to know who it was. */
  public RouteHandler guard(final Permission permission, final PrincipalHandler handler) {
    return request -> {
      final Principal principal;
      try {
        principal = HttpCredentials.principal(request, authenticator);
        require(principal, permission, request);
      } catch (final ServiceException e) {
        return refusal(e);
      }
      return handler.handle(principal, request);
    };
  }

  /** Puts the check before a handler of what concerns the appliance as a whole. */
  public RouteHandler guardEverywhere(final Permission permission, final RouteHandler handler) {
    return request -> {
      try {
        HttpCredentials.principal(request, authenticator).requireEverywhere(permission);
      } catch (final ServiceException e) {
        return refusal(e);
      }
      return handler.handle(request);
    };
  }

  /**
   * Who opens a WebSocket.
   *
   * @throws ServiceException {@code UNAUTHENTICATED}, {@code FORBIDDEN}
   */
  public HttpCredentials.WebSocketLogin admit(
      final Permission permission, final HttpRequestView request) {
    final HttpCredentials.WebSocketLogin login = HttpCredentials.webSocket(request, authenticator);
    require(login.principal(), permission, request);
    return login;
  }

  /** The answer to somebody who is not let through. */
  public static HttpResponse refusal(final ServiceException refused) {
    final int status = refused.kind() == ServiceException.Kind.FORBIDDEN ? 403 : 401;
    return Envelope.error(status, refused.code(), refused.getMessage());
  }

  private static void require(
      final Principal principal, final Permission permission, final HttpRequestView request) {
    final String organization = parameter(request, "org_id");
    final String entity = parameter(request, "entity_id");
    if (organization.isEmpty()) {
      principal.require(permission);
    } else if (entity.isEmpty()) {
      principal.require(permission, organization);
    } else {
      principal.require(permission, organization, entity);
    }
  }

  private static String parameter(final HttpRequestView request, final String name) {
    return request.hasPathParameter(name) ? request.pathParameter(name) : request.query(name);
  }

  /** Answers a request of somebody. */
  @FunctionalInterface
  public interface PrincipalHandler {
    HttpResponse handle(Principal principal, HttpRequestView request) throws Exception;
  }
}
