package io.mothership.api.telemetry;

import io.mothership.fabric.TapFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which records a reader wants.
 *
 * @param entityId empty for all
 * @param fromNs earliest record time, ns since 1970
 * @param toNs latest record time
 */
record RecordFilter(String orgId, String entityId, Set<RecordKind> kinds, long fromNs, long toNs) {

  /**
   * What a tap need not read for it. What comes through may still be another's: only the directory
   * and the payload tell.
   */
  TapFilter tapFilter() {
    final List<String> subjects = new ArrayList<>();
    for (final RecordKind kind : kinds) {
      subjects.addAll(FleetSubject.patterns(kind, orgId, entityId));
    }
    return new TapFilter(List.of(), subjects, false);
  }

  boolean acceptsSubject(final FleetSubject subject) {
    return subject.orgId().equals(orgId)
        && kinds.contains(subject.kind())
        && (entityId.isEmpty()
            || subject.entityId().isEmpty()
            || subject.entityId().equals(entityId));
  }

  boolean acceptsEntity(final String actual) {
    return entityId.isEmpty() || entityId.equals(actual);
  }

  boolean acceptsTime(final long timeNs) {
    return timeNs >= fromNs && timeNs <= toNs;
  }
}
