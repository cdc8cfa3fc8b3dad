package io.mothership.transport.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;

/** A path whose GET leaves HTTP for another protocol on the same socket. */
public interface UpgradeRoute {

  /** Like {@link Route#template}. */
  String template();

  /**
   * Decides on the upgrade: on a virtual thread, so that it may look things up.
   *
   * @return what to do with the connection
   */
  Decision decide(HttpRequestView request) throws Exception;

  /** What becomes of a connection that asked for an upgrade. */
  sealed interface Decision {

    /** It stays HTTP and gets this answer. */
    record Refused(HttpResponse response) implements Decision {}

    /** It is handed over. */
    record Accepted(Takeover takeover) implements Decision {}
  }

  /** Turns the channel over to the other protocol. */
  @FunctionalInterface
  interface Takeover {

    /**
     * Answers the handshake and installs its own handler behind {@code context}, whose handler
     * removes itself right after this returns.
     *
     * <p><i>Thread:</i> the channel's event loop.
     */
    Upgraded take(ChannelHandlerContext context, FullHttpRequest request);
  }

  /** A connection that has left HTTP, as its listener sees it. */
  @FunctionalInterface
  interface Upgraded {

    /** The listener stops: say good-bye and close soon. Any thread. */
    void stop();
  }
}
