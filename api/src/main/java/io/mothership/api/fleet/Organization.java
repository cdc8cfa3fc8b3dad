package io.mothership.api.fleet;

import java.time.Instant;

/**
 * An organization: who owns entities.
 *
 * @param metadata a JSON text
 */
public record Organization(
    String orgId,
    String name,
    String orgType,
    String metadata,
    Instant createdAt,
    Instant updatedAt) {}
