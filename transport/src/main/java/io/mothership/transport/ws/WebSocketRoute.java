package io.mothership.transport.ws;

import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.UpgradeRoute;

/** A path that serves WebSockets. */
public final class WebSocketRoute implements UpgradeRoute {
  private final String template;
  private final WebSocketConfig config;
  private final WebSocketHandler handler;
  private final WebSocketCounters counters = new WebSocketCounters();

  public WebSocketRoute(
      final String template, final WebSocketConfig config, final WebSocketHandler handler) {
    this.template = template;
    this.config = config;
    this.handler = handler;
  }

  @Override
  public String template() {
    return template;
  }

  /** What its sessions have seen. */
  public WebSocketCounters counters() {
    return counters;
  }

  @Override
  public Decision decide(final HttpRequestView request) throws Exception {
    return switch (handler.open(request)) {
      case WebSocketHandler.Opening.Refused refused -> new Decision.Refused(refused.response());
      case WebSocketHandler.Opening.Accepted accepted ->
          new Decision.Accepted(
              (context, netty) ->
                  WebSocketConnection.take(
                      context,
                      netty,
                      config,
                      accepted.subprotocol(),
                      accepted.session(),
                      counters));
    };
  }
}
