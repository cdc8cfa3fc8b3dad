package io.mothership.api.fleet;

import io.mothership.api.records.Changes;
import io.mothership.api.records.Records;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import io.mothership.storage.sql.Placed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What can be done with organizations. Any thread; calls block. */
public final class Organizations {
  private final Changes changes;
  private final Records records;
  private final OrganizationRepository organizations = new OrganizationRepository();
  private final Clock clock;

  public Organizations(final Changes changes, final Records records, final Clock clock) {
    this.changes = changes;
    this.records = records;
    this.clock = clock;
  }

  Organization create(final Principal principal, final NewOrganization wanted) {
    principal.requireEverywhere(Permission.ORGANIZATION_WRITE);
    final Instant now = Rfc3339.ofNs(clock.wallNs());
    final Organization organization =
        new Organization(
            UUID.randomUUID().toString(),
            wanted.name(),
            wanted.orgType(),
            wanted.metadata(),
            now,
            now);
    changes.commit(
        principal,
        change -> {
          organizations.insert(change.transaction(), organization);
          return organization;
        });
    return organization;
  }

  /**
   * @throws io.mothership.error.ServiceException {@code NOT_FOUND}, {@code FORBIDDEN}
   */
  public Organization find(final Principal principal, final String orgId) {
    principal.require(Permission.ORGANIZATION_READ, orgId);
    return records
        .read(snapshot -> organizations.find(snapshot, orgId))
        .orElseThrow(FleetRefusals::noOrganization);
  }

  /**
   * That there is one, for what stands on it.
   *
   * @throws io.mothership.error.ServiceException {@code NOT_FOUND}
   */
  public void requireKnown(final String orgId) {
    if (records.read(snapshot -> organizations.find(snapshot, orgId)).isEmpty()) {
      throw FleetRefusals.noOrganization();
    }
  }

  /** Those of which something is the principal's, in the order in which they were made. */
  List<Placed<Organization>> page(final Principal principal, final long after, final int count) {
    final List<Placed<Organization>> found = new ArrayList<>();
    long from = after;
    while (found.size() < count) {
      final long start = from;
      final List<Placed<Organization>> piece =
          records.read(snapshot -> organizations.page(snapshot, start, count));
      for (final Placed<Organization> one : piece) {
        if (found.size() < count && principal.organizations().touches(one.row().orgId())) {
          found.add(one);
        }
      }
      if (piece.size() < count) {
        break;
      }
      from = piece.getLast().place();
    }
    return found;
  }
}
