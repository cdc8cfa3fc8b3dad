package io.mothership.api.fleet;

import io.mothership.api.ApiException;
import io.mothership.api.Envelope;
import io.mothership.api.records.Changes;
import io.mothership.api.records.Records;
import io.mothership.api.security.BearerAuth;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Placed;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** {@code /api/v1/organizations}. Stateless; virtual threads. */
public final class OrganizationResource {
  private static final int LISTED_MAX = 10_000;
  private static final String PATH = "/api/v1/organizations";

  private final Changes changes;
  private final Records records;
  private final OrganizationRepository organizations;
  private final Clock clock;

  public OrganizationResource(
      final Changes changes,
      final Records records,
      final OrganizationRepository organizations,
      final Clock clock) {
    this.changes = changes;
    this.records = records;
    this.organizations = organizations;
    this.clock = clock;
  }

  public List<Route> routes(final BearerAuth auth) {
    return List.of(
        new Route(
            "POST",
            PATH,
            auth.guardEverywhere(
                Permission.ORGANIZATION_WRITE, Envelope.guard("CREATE_FAILED", this::create))),
        new Route(
            "GET",
            PATH,
            auth.guard(
                Permission.ORGANIZATION_READ,
                (principal, request) ->
                    Envelope.guard("LIST_FAILED", asked -> read(principal, asked))
                        .handle(request))),
        new Route(
            "GET",
            PATH + "/{org_id}",
            auth.guard(
                Permission.ORGANIZATION_READ,
                Envelope.guard("GET_FAILED", request -> find(request.pathParameter("org_id"))))));
  }

  private HttpResponse create(final HttpRequestView request) {
    final RequestFields fields = RequestFields.of(request.body(), "CreateOrganizationRequest");
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    final Organization organization =
        new Organization(
            UUID.randomUUID().toString(),
            FieldRules.name("name", fields.text("name")),
            FieldRules.word("org_type", fields.text("org_type")),
            fields
                .object("metadata")
                .map(metadata -> FieldRules.document("metadata", metadata))
                .orElse("{}"),
            now,
            now);
    changes.commit(
        Principal.system("api"),
        change -> {
          organizations.insert(change.transaction(), organization);
          return organization;
        });
    return Envelope.success(201, writer -> FleetJson.write(writer, organization));
  }

  private HttpResponse read(final Principal principal, final HttpRequestView request) {
    final String orgId = request.query("org_id");
    if (!orgId.isEmpty()) {
      return find(orgId);
    }
    final List<Organization> all =
        records.read(snapshot -> organizations.page(snapshot, 0, LISTED_MAX)).stream()
            .map(Placed::row)
            .filter(one -> principal.organizations().touches(one.orgId()))
            .toList();
    return Envelope.success(
        200,
        writer -> {
          writer.beginArray();
          all.forEach(organization -> FleetJson.write(writer, organization));
          writer.endArray();
        });
  }

  private HttpResponse find(final String orgId) {
    final Organization organization =
        records
            .read(snapshot -> organizations.find(snapshot, orgId))
            .orElseThrow(() -> new ApiException(404, "NOT_FOUND", "organization not found"));
    return Envelope.success(200, writer -> FleetJson.write(writer, organization));
  }
}
