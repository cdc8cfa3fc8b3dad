package io.mothership.transport.ws;

/**
 * What a WebSocket bears.
 *
 * @param frameBytesMax of a message from the client
 * @param pingIntervalMs between pings to the client
 * @param silenceMs without any frame from the client until it counts as gone
 */
public record WebSocketConfig(int frameBytesMax, long pingIntervalMs, long silenceMs) {

  public WebSocketConfig {
    if (frameBytesMax < 125 || pingIntervalMs <= 0 || silenceMs <= pingIntervalMs) {
      throw new IllegalArgumentException(
          "WebSocket limits out of range: frameBytesMax=%d, pingIntervalMs=%d, silenceMs=%d"
              .formatted(frameBytesMax, pingIntervalMs, silenceMs));
    }
  }

  /** 64 KiB messages, a ping every 30 s, gone after 120 s of silence. */
  public static WebSocketConfig standard() {
    return new WebSocketConfig(64 * 1024, 30_000, 120_000);
  }
}
