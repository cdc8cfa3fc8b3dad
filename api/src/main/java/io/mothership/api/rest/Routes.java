package io.mothership.api.rest;

import io.mothership.security.Permission;
import io.mothership.transport.http.Route;
import java.util.ArrayList;
import java.util.List;

/**
 * The operations of one door.
 *
 * <pre>
 *  new Routes(ErrorShape.ENVELOPE)
 *      .get("/api/v1/webhooks", Permission.WEBHOOK_READ).to(this::list)
 *      .post("/api/v1/webhooks", Permission.WEBHOOK_WRITE).bodyMax(16_384).to(this::create)
 * </pre>
 *
 * A permission holds for the organization ({@code org_id}) and entity ({@code entity_id}) that path
 * or query name; without any the service narrows what it shows to what is the caller's.
 *
 * <p><i>Thread:</i> that which puts the appliance together.
 */
public final class Routes {
  private final ErrorShape shape;
  private final List<Operation> operations = new ArrayList<>();

  public Routes(final ErrorShape shape) {
    this.shape = shape;
  }

  public Operation get(final String template, final Permission permission) {
    return operation("GET", template, new Access.InPlace(permission));
  }

  /** A repeat with the same {@code Idempotency-Key} is answered, not done again. */
  public Operation post(final String template, final Permission permission) {
    return operation("POST", template, new Access.InPlace(permission));
  }

  public Operation put(final String template, final Permission permission) {
    return operation("PUT", template, new Access.InPlace(permission));
  }

  public Operation delete(final String template, final Permission permission) {
    return operation("DELETE", template, new Access.InPlace(permission));
  }

  /** What concerns the appliance as a whole: nobody of some organizations only may do it. */
  public Operation everywhere(
      final String method, final String template, final Permission permission) {
    return operation(method, template, new Access.Everywhere(permission));
  }

  /** For everybody, whoever they are. */
  public Operation open(final String method, final String template) {
    return operation(method, template, new Access.Open());
  }

  /** For everybody, by any method. */
  public Operation open(final String template) {
    return open(Route.ANY_METHOD, template);
  }

  private Operation operation(final String method, final String template, final Access access) {
    return new Operation(this, method, template, access);
  }

  Routes add(final Operation operation) {
    operations.add(operation);
    return this;
  }

  ErrorShape shape() {
    return shape;
  }

  List<Operation> operations() {
    return List.copyOf(operations);
  }
}
