package io.mothership.api.fleet;

import io.mothership.api.rest.Call;
import io.mothership.api.rest.ErrorShape;
import io.mothership.api.rest.ListSource;
import io.mothership.api.rest.Routes;
import io.mothership.security.Permission;
import io.mothership.storage.sql.Placed;
import io.mothership.transport.http.HttpResponse;
import java.util.List;

/** {@code /api/v1/organizations}. Stateless; virtual threads. */
public final class OrganizationResource {
  private static final String PATH = "/api/v1/organizations";

  private final Organizations organizations;

  public OrganizationResource(final Organizations organizations) {
    this.organizations = organizations;
  }

  public Routes routes() {
    return new Routes(ErrorShape.FLEET)
        .everywhere("POST", PATH, Permission.ORGANIZATION_WRITE)
        .failureCode("CREATE_FAILED")
        .to(this::create)
        .get(PATH, Permission.ORGANIZATION_READ)
        .failureCode("LIST_FAILED")
        .to(this::read)
        .get(PATH + "/{org_id}", Permission.ORGANIZATION_READ)
        .failureCode("GET_FAILED")
        .to(call -> find(call, call.orgId()));
  }

  private HttpResponse create(final Call call) {
    final Organization made =
        organizations.create(call.principal(), NewOrganization.read(call.body().bytes()));
    return call.answer(201, writer -> FleetJson.write(writer, made));
  }

  private HttpResponse read(final Call call) {
    final String orgId = call.parameter("org_id");
    if (!orgId.isEmpty()) {
      return find(call, orgId);
    }
    return call.array(
        new ListSource<Placed<Organization>>() {
          @Override
          public List<Placed<Organization>> next(final String after, final int count) {
            return organizations.page(call.principal(), Places.of(after), count);
          }

          @Override
          public String key(final Placed<Organization> one) {
            return Long.toString(one.place());
          }
        },
        (writer, one) -> FleetJson.write(writer, one.row()));
  }

  private HttpResponse find(final Call call, final String orgId) {
    final Organization found = organizations.find(call.principal(), orgId);
    return call.ok(writer -> FleetJson.write(writer, found));
  }
}
