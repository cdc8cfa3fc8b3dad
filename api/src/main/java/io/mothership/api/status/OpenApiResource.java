package io.mothership.api.status;

import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** {@code GET /openapi.yaml}: the description of this API. */
public final class OpenApiResource {
  private final byte[] document;

  public OpenApiResource() {
    try (InputStream in =
        OpenApiResource.class.getResourceAsStream("/io/mothership/api/openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("openapi.yaml is missing");
      }
      document = in.readAllBytes();
    } catch (final IOException e) {
      throw new IllegalStateException("openapi.yaml cannot be read", e);
    }
  }

  public List<Route> routes() {
    return List.of(
        new Route(
            "GET", "/openapi.yaml", request -> HttpResponse.of(200, "application/yaml", document)));
  }
}
