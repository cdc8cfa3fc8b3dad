package io.mothership.api.status;

import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** {@code GET /openapi.yaml} and {@code /openapi.json}: the description of this API. */
public final class OpenApiResource {
  private final byte[] yaml = document("openapi.yaml");
  private final byte[] json = document("openapi.json");

  public List<Route> routes() {
    return List.of(
        new Route(
            "GET", "/openapi.yaml", request -> HttpResponse.of(200, "application/yaml", yaml)),
        new Route(
            "GET", "/openapi.json", request -> HttpResponse.of(200, HttpResponse.JSON, json)));
  }

  private static byte[] document(final String name) {
    try (InputStream in = OpenApiResource.class.getResourceAsStream("/io/mothership/api/" + name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing");
      }
      return in.readAllBytes();
    } catch (final IOException e) {
      throw new IllegalStateException(name + " cannot be read", e);
    }
  }
}
