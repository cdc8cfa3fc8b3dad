package io.mothership.api.rest;

import io.mothership.api.security.HttpCredentials;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.error.ServiceException;
import io.mothership.security.Authenticator;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import io.mothership.transport.http.Gate;
import io.mothership.transport.http.HttpErrors;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import io.mothership.transport.ws.WebSocketConfig;
import io.mothership.transport.ws.WebSocketHandler.Opening;
import io.mothership.transport.ws.WebSocketRoute;
import io.mothership.transport.ws.WebSocketSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one chain that every request passes.
 *
 * <pre>
 *  gate, before the body:  correlation id → principal and permission → rate limit
 *  head:                   length and encoding of the body
 *  handler:                idempotency key → the door → errors in the family's shape
 *  on every way out:       metrics, audit, the correlation id as a header
 * </pre>
 *
 * <p><i>Thread:</i> any.
 */
public final class Filters {
  private static final Logger LOG = LoggerFactory.getLogger(Filters.class);

  /** After this many seconds a request that met a full disk or a busy part may be tried again. */
  private static final String RETRY_AFTER_S = "5";

  /** Whoever guesses tokens has fewer guesses than requests. */
  private static final int GUESS_TOKENS = 100;

  private final Authenticator authenticator;
  private final RateLimiter principals;
  private final RateLimiter addresses;
  private final AuditLog audit;
  private final RestMetrics metrics;
  private final Idempotency idempotency;
  private final Clock clock;

  public Filters(
      final Authenticator authenticator,
      final RateLimits limits,
      final AuditLog audit,
      final IdempotencyStore answers,
      final RestMetrics metrics,
      final Clock clock) {
    this.authenticator = authenticator;
    this.principals = limits.principals();
    this.addresses = limits.addresses();
    this.audit = audit;
    this.metrics = metrics;
    this.idempotency = new Idempotency(answers, metrics);
    this.clock = clock;
  }

  /** A door's operations as the head serves them, each behind the chain. */
  public List<Route> routes(final Routes door) {
    final List<Route> made = new ArrayList<>();
    for (final Operation operation : door.operations()) {
      made.add(
          new Route(
              operation.method(),
              operation.template(),
              request -> handle(operation, request),
              operation.body(),
              request -> admit(operation, request),
              (reason, request) -> refusal(operation, reason, request),
              operation.template()));
    }
    return made;
  }

  /** What the head refuses by itself, in the family's words. */
  private HttpResponse refusal(
      final Operation operation, final HttpErrors reason, final HttpRequestView request) {
    return operation
        .shape()
        .failure(
            new Failure(
                reason.status(),
                reason.code(),
                reason.text(),
                Map.of(),
                Correlation.of(request),
                Rfc3339.ofNs(clock.wallNs())));
  }

  /** A path that serves WebSockets, behind as much of the chain as there is for them. */
  public WebSocketRoute webSocket(
      final String template,
      final WebSocketConfig config,
      final ErrorShape shape,
      final Permission permission,
      final SocketHandler handler) {
    final Operation operation =
        new Operation(new Routes(shape), "GET", template, new Access.InPlace(permission));
    return new WebSocketRoute(template, config, request -> open(operation, handler, request));
  }

  private Gate.Verdict admit(final Operation operation, final HttpRequestView request) {
    final String correlationId = Correlation.of(request);
    Principal principal = Principal.anonymous();
    try {
      limitAddress(operation, request, 1);
      if (!(operation.access() instanceof Access.Open)) {
        principal = authenticated(request);
      }
      return Gate.Verdict.admitted(admitted(operation, request, principal, correlationId));
    } catch (final ServiceException e) {
      final Admission turnedAway = new Admission(principal, correlationId, clock.monotonicNs());
      return Gate.Verdict.refused(refused(operation, request, turnedAway, e));
    }
  }

  private Principal authenticated(final HttpRequestView request) {
    try {
      return HttpCredentials.principal(request, authenticator);
    } catch (final ServiceException e) {
      takeFrom(addresses, address(request), GUESS_TOKENS - 1);
      throw e;
    }
  }

  private Admission admitted(
      final Operation operation,
      final HttpRequestView request,
      final Principal principal,
      final String correlationId) {
    operation
        .access()
        .require(
            principal,
            Admission.parameter(request, "org_id"),
            Admission.parameter(request, "entity_id"));
    if (operation.isLimited() && !principal.id().isEmpty()) {
      takeFrom(principals, principal.id(), 1);
    }
    return new Admission(principal, correlationId, clock.monotonicNs());
  }

  private void limitAddress(
      final Operation operation, final HttpRequestView request, final int tokens) {
    if (operation.isLimited()) {
      takeFrom(addresses, address(request), tokens);
    }
  }

  private static Object address(final HttpRequestView request) {
    return request.peer() instanceof final InetSocketAddress peer && peer.getAddress() != null
        ? peer.getAddress()
        : request.peer();
  }

  private void takeFrom(final RateLimiter limiter, final Object caller, final int tokens) {
    final long waitNs = limiter.take(caller, tokens, clock.monotonicNs());
    if (waitNs > 0) {
      final long seconds = TimeUnit.NANOSECONDS.toSeconds(waitNs - 1) + 1;
      throw new ServiceException(
          ServiceException.Kind.RATE_LIMITED,
          "RATE_LIMITED",
          "too many requests; try again in " + seconds + " s",
          Map.of("retry_after", seconds));
    }
  }

  private HttpResponse handle(final Operation operation, final HttpRequestView request)
      throws Exception {
    final Admission admission = request.attachment(Admission.class);
    final Call call = new Call(request, operation.shape(), admission, clock);
    try {
      final HttpResponse answer = idempotency.around(operation, call);
      if (operation.isChange()) {
        record(
            operation,
            request,
            admission,
            answer.status() < 400 ? AuditLog.Outcome.DONE : AuditLog.Outcome.FAILED,
            "");
      }
      return echoed(answer, admission);
    } catch (final ServiceException e) {
      return refused(operation, request, admission, e);
    } catch (final MothershipException e) {
      return failed(operation, request, admission, e);
    } catch (final IOException | InterruptedException e) {
      // The body was not what its head said, or the listener stops: the head knows what to answer.
      throw e;
    } catch (final Exception e) {
      LOG.error(
          "{} failed: path={}, correlation={}",
          operation.action(),
          Quoted.of(request.path()),
          admission.correlationId(),
          e);
      return failed(operation, request, admission, 500, operation.failureCode(), "internal error");
    }
  }

  private HttpResponse refused(
      final Operation operation,
      final HttpRequestView request,
      final Admission admission,
      final ServiceException e) {
    final Failure failure = Failure.of(e, admission.correlationId(), now());
    final boolean isRefusal =
        switch (e.kind()) {
          case UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED -> true;
          default -> false;
        };
    if (isRefusal || operation.isChange()) {
      record(
          operation,
          request,
          admission,
          isRefusal ? AuditLog.Outcome.REFUSED : AuditLog.Outcome.FAILED,
          e.code());
    }
    metrics.onFailure(failure.status());
    final HttpResponse answer = operation.shape().failure(failure);
    return echoed(
        switch (e.kind()) {
          case UNAUTHENTICATED -> answer.withHeader("WWW-Authenticate", "Bearer");
          case RATE_LIMITED ->
              answer.withHeader("Retry-After", String.valueOf(e.details().get("retry_after")));
          case UNAVAILABLE -> answer.withHeader("Retry-After", RETRY_AFTER_S);
          default -> answer;
        },
        admission);
  }

  private HttpResponse failed(
      final Operation operation,
      final HttpRequestView request,
      final Admission admission,
      final MothershipException e) {
    if (e.category() == Category.CAPACITY || e.category() == Category.UNAVAILABLE) {
      // Expected, and the same for every caller: no trace for each of them.
      LOG.debug(
          "{} refused: code={}, correlation={}",
          operation.action(),
          e.code(),
          admission.correlationId());
      return failed(operation, request, admission, 503, e.code(), e.getMessage())
          .withHeader("Retry-After", RETRY_AFTER_S);
    }
    LOG.warn(
        "{} failed: code={}, correlation={}",
        operation.action(),
        e.code(),
        admission.correlationId(),
        e);
    return failed(operation, request, admission, 500, operation.failureCode(), e.getMessage());
  }

  private HttpResponse failed(
      final Operation operation,
      final HttpRequestView request,
      final Admission admission,
      final int status,
      final String code,
      final String message) {
    if (operation.isChange()) {
      record(operation, request, admission, AuditLog.Outcome.FAILED, code);
    }
    metrics.onFailure(status);
    return echoed(
        operation
            .shape()
            .failure(
                new Failure(status, code, message, Map.of(), admission.correlationId(), now())),
        admission);
  }

  private Opening open(
      final Operation operation, final SocketHandler handler, final HttpRequestView request)
      throws Exception {
    final String correlationId = Correlation.of(request);
    Principal principal = Principal.anonymous();
    try {
      limitAddress(operation, request, 1);
      final HttpCredentials.WebSocketLogin login = login(request);
      principal = login.principal();
      final Admission admission = admitted(operation, request, principal, correlationId);
      return new Opening.Accepted(
          login.subprotocol(),
          handler.open(new Call(request, operation.shape(), admission, clock)));
    } catch (final ServiceException e) {
      final Admission turnedAway = new Admission(principal, correlationId, clock.monotonicNs());
      return new Opening.Refused(refused(operation, request, turnedAway, e));
    }
  }

  private HttpCredentials.WebSocketLogin login(final HttpRequestView request) {
    try {
      return HttpCredentials.webSocket(request, authenticator);
    } catch (final ServiceException e) {
      takeFrom(addresses, address(request), GUESS_TOKENS - 1);
      throw e;
    }
  }

  private void record(
      final Operation operation,
      final HttpRequestView request,
      final Admission admission,
      final AuditLog.Outcome outcome,
      final String code) {
    final String orgId = Admission.parameter(request, "org_id");
    final String entityId = Admission.parameter(request, "entity_id");
    audit.record(
        new AuditLog.Entry(
            admission.principal(),
            operation.action(),
            entityId.isEmpty() ? orgId : orgId + "/" + entityId,
            outcome,
            code,
            admission.correlationId(),
            Admission.address(request)));
  }

  private Instant now() {
    return Rfc3339.ofNs(clock.wallNs());
  }

  private static HttpResponse echoed(final HttpResponse answer, final Admission admission) {
    return answer.withHeader(Correlation.HEADER, admission.correlationId());
  }

  /** Answers the handshake of a WebSocket. */
  @FunctionalInterface
  public interface SocketHandler {

    /**
     * What talks to the client.
     *
     * @throws ServiceException if it gets no session
     */
    WebSocketSession open(Call call) throws Exception;
  }
}
