package io.mothership.api.status;

import io.avaje.jsonb.Json;
import io.mothership.json.JsonShape;
import java.util.Optional;

/**
 * What {@code /healthz} of the monitoring port answers.
 *
 * @param error there only if something is wrong
 */
@Json
public record Healthz(String status, Optional<String> error) {
  private static final JsonShape<Healthz> SHAPE = JsonShape.of(Healthz.class);

  public static Healthz ok() {
    return new Healthz("ok", Optional.empty());
  }

  public static Healthz failed(final String error) {
    return new Healthz("error", Optional.of(error));
  }

  public byte[] json() {
    return SHAPE.bytes(this);
  }
}
