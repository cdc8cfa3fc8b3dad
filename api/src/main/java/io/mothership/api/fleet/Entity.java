package io.mothership.api.fleet;

import java.time.Instant;
import java.util.OptionalDouble;

/**
 * A vehicle, sensor, person or place of an organization.
 *
 * @param name empty if it has none
 * @param latitude degrees, WGS84
 * @param longitude degrees, WGS84
 * @param altitude metres above mean sea level
 * @param heading degrees clockwise from north
 * @param velocity metres per second
 * @param components a JSON text, empty if it was never given
 * @param tags a JSON text, empty if it was never given
 * @param metadata a JSON text
 */
public record Entity(
    String entityId,
    String orgId,
    String entityType,
    String name,
    String status,
    String priority,
    boolean isLive,
    OptionalDouble latitude,
    OptionalDouble longitude,
    OptionalDouble altitude,
    OptionalDouble heading,
    OptionalDouble velocity,
    String components,
    String tags,
    String metadata,
    Instant createdAt,
    Instant updatedAt) {}
