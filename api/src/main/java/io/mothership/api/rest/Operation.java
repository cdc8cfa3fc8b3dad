package io.mothership.api.rest;

import io.mothership.transport.http.BodyRule;
import io.mothership.transport.http.Route;

/**
 * One method on one path, as its door declares it. Each step answers the same operation with one
 * thing changed; {@link #to} adds it to its routes.
 */
public final class Operation {
  private static final String FAILURE_CODE = "INTERNAL_ERROR";

  private final Routes routes;
  private final String method;
  private final String template;
  private final Access access;
  private final BodyRule body;
  private final String failureCode;
  private final boolean isLimited;
  private final CallHandler handler;

  private Operation(
      final Routes routes,
      final String method,
      final String template,
      final Access access,
      final BodyRule body,
      final String failureCode,
      final boolean isLimited,
      final CallHandler handler) {
    this.routes = routes;
    this.method = method;
    this.template = template;
    this.access = access;
    this.body = body;
    this.failureCode = failureCode;
    this.isLimited = isLimited;
    this.handler = handler;
  }

  Operation(final Routes routes, final String method, final String template, final Access access) {
    this(
        routes,
        method,
        template,
        access,
        new BodyRule(BodyRule.DEFAULT, true, false),
        FAILURE_CODE,
        true,
        call -> {
          throw new IllegalStateException("an operation without a handler");
        });
  }

  /** The longest body it takes, also as decoded. */
  public Operation bodyMax(final long bytes) {
    return with(new BodyRule(bytes, body.isGzipAccepted(), body.isStreamed()));
  }

  /** The handler pulls the body by {@link Call#bodyStream}. */
  public Operation streamed() {
    return with(new BodyRule(body.bytesMax(), body.isGzipAccepted(), true));
  }

  /** The code of a 500, where the contract names one per operation. */
  public Operation failureCode(final String code) {
    return new Operation(routes, method, template, access, body, code, isLimited, handler);
  }

  /** Is answered however often somebody asks: for those that watch over the appliance. */
  public Operation unlimited() {
    return new Operation(routes, method, template, access, body, failureCode, false, handler);
  }

  /** Adds it to its routes. */
  public Routes to(final CallHandler newHandler) {
    return routes.add(
        new Operation(routes, method, template, access, body, failureCode, isLimited, newHandler));
  }

  private Operation with(final BodyRule newBody) {
    return new Operation(
        routes, method, template, access, newBody, failureCode, isLimited, handler);
  }

  ErrorShape shape() {
    return routes.shape();
  }

  String method() {
    return method;
  }

  String template() {
    return template;
  }

  Access access() {
    return access;
  }

  BodyRule body() {
    return body;
  }

  String failureCode() {
    return failureCode;
  }

  boolean isLimited() {
    return isLimited;
  }

  CallHandler handler() {
    return handler;
  }

  /** Whether it changes something, so that those who look after the appliance want to know. */
  boolean isChange() {
    return switch (method) {
      case "GET", "HEAD", Route.ANY_METHOD -> false;
      default -> true;
    };
  }

  /** For logs and the audit: {@code POST /api/v1/entities}. */
  String action() {
    return method + " " + template;
  }
}
