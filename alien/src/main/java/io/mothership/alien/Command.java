package io.mothership.alien;

import java.util.Map;

/**
 * One command as it was received.
 *
 * @param id the server's command id; for a command without one, its place in the command stream
 * @param type what to do, e.g. {@code return_to_base}
 * @param body the whole JSON document
 */
public record Command(String id, String type, Map<String, Object> body) {

  /** The {@code parameters} object; empty when there is none. */
  public Map<String, Object> parameters() {
    return JsonText.member(body, "parameters");
  }
}
