package io.mothership.api.records;

import io.mothership.fleet.FleetSubjects;
import io.mothership.json.JsonWriter;
import java.util.function.Consumer;

/**
 * What a service did, as all services tell it: on {@code
 * constellation.operations.{org}.{aggregate}.{type}}.
 *
 * @param type what happened, one token of a subject: {@code created}
 * @param aggregate what kind of thing it happened to, one token: {@code webhook}
 * @param version of that thing afterwards, so that whoever reads can put events in order
 * @param data writes exactly one JSON value
 */
public record OperationEvent(
    String type,
    String orgId,
    String aggregate,
    String aggregateId,
    long version,
    Consumer<JsonWriter> data) {
  String subject() {
    return FleetSubjects.operation(orgId, aggregate, type);
  }
}
