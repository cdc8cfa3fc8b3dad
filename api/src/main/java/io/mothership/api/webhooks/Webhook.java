package io.mothership.api.webhooks;

import io.avaje.jsonb.Json;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/**
 * Somebody's wish to be told of events. The secret that its deliveries are signed with is not here:
 * only the delivery reads it.
 *
 * @param eventTypes what to tell: a type such as {@code webhook.created}, all of a kind as {@code
 *     entity.*}, or {@code *}
 * @param version grows with each change
 */
@Json(naming = Json.Naming.LowerUnderscore)
record Webhook(
    String webhookId,
    String orgId,
    String url,
    List<String> eventTypes,
    String description,
    boolean isActive,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  /** Whether an event of this type is told. */
  boolean wants(final String type) {
    return isActive
        && eventTypes.stream()
            .anyMatch(
                wanted ->
                    wanted.equals("*")
                        || wanted.equals(type)
                        || wanted.endsWith(".*")
                            && type.startsWith(wanted.substring(0, wanted.length() - 1)));
  }

  URI target() {
    return URI.create(url);
  }
}
