package io.mothership.api.commands;

import io.mothership.api.ApiException;
import io.mothership.api.Envelope;
import io.mothership.api.fleet.EntityRepository;
import io.mothership.api.fleet.OrganizationRepository;
import io.mothership.api.security.BearerAuth;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.error.MothershipException;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.Fabric.PublishAck;
import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;
import io.mothership.json.JsonWriter;
import io.mothership.security.Permission;
import io.mothership.storage.sql.Database;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * {@code POST /api/v1/commands?org_id=&entity_id=}: queues a command for a device, or with {@code
 * entity_id=broadcast} for all of an organization. The answer leaves when the journal has it.
 *
 * <p>The body is the command as the device gets it, an object with a {@code type}; {@code
 * command_id} is added unless the caller gave one, which makes a repeated request harmless.
 */
public final class CommandResource {
  private static final String PATH = "/api/v1/commands";
  private static final String BROADCAST = "broadcast";
  private static final Pattern COMMAND_ID = Pattern.compile("[A-Za-z0-9_.-]{1,128}");

  /** The message limit of the commands' stream. */
  private static final int COMMAND_BYTES_MAX = 32 * 1024;

  private final Database database;
  private final OrganizationRepository organizations;
  private final EntityRepository entities;
  private final Fabric fabric;
  private final Clock clock;

  public CommandResource(
      final Database database,
      final OrganizationRepository organizations,
      final EntityRepository entities,
      final Fabric fabric,
      final Clock clock) {
    this.database = database;
    this.organizations = organizations;
    this.entities = entities;
    this.fabric = fabric;
    this.clock = clock;
  }

  public List<Route> routes(final BearerAuth auth) {
    return List.of(
        new Route(
            "POST",
            PATH,
            auth.guard(Permission.COMMAND_SEND, Envelope.guard("COMMAND_FAILED", this::queue))));
  }

  private HttpResponse queue(final HttpRequestView request) {
    final String orgId = request.query("org_id");
    final String entityId = request.query("entity_id");
    if (orgId.isEmpty() || entityId.isEmpty()) {
      throw new ApiException(400, "MISSING_PARAMS", "org_id and entity_id are required");
    }
    final JsonValue.Members command = command(request.body());
    final String commandId = commandId(command);
    requireTarget(orgId, entityId);
    final byte[] payload = payload(command, commandId);
    if (payload.length > COMMAND_BYTES_MAX) {
      throw ApiException.invalid(
          "command too long: max=%d, actual=%d".formatted(COMMAND_BYTES_MAX, payload.length));
    }
    final PublishAck ack =
        publish(
            new Publication(
                "constellation.commands." + orgId + "." + entityId, commandId, payload, 0));
    return Envelope.success(
        202,
        writer ->
            writer
                .beginObject()
                .text("command_id", commandId)
                .text("status", "queued")
                .text("org_id", orgId)
                .text("entity_id", entityId)
                .text("stream", ack.stream())
                .number("stream_seq", ack.sequence())
                .endObject());
  }

  private static JsonValue.Members command(final byte[] body) {
    try {
      if (JsonTree.parse(body) instanceof final JsonValue.Members members) {
        if (members.find("type").orElse(null) instanceof JsonValue.Text(final String type)
            && !type.isBlank()) {
          return members;
        }
        throw ApiException.invalid("type is required");
      }
      throw ApiException.invalid("a command is a JSON object");
    } catch (final JsonSyntaxException e) {
      throw new ApiException(400, "INVALID_REQUEST", e.getMessage());
    }
  }

  private static String commandId(final JsonValue.Members command) {
    final JsonValue given = command.find("command_id").orElse(null);
    if (given == null) {
      return UUID.randomUUID().toString();
    }
    if (given instanceof JsonValue.Text(final String id) && COMMAND_ID.matcher(id).matches()) {
      return id;
    }
    throw ApiException.invalid("command_id must match " + COMMAND_ID);
  }

  private void requireTarget(final String orgId, final String entityId) {
    final boolean isKnown =
        entityId.equals(BROADCAST)
            ? database.read(snapshot -> organizations.find(snapshot, orgId)).isPresent()
            : database.read(snapshot -> entities.find(snapshot, orgId, entityId)).isPresent();
    if (!isKnown) {
      throw new ApiException(
          404,
          "NOT_FOUND",
          entityId.equals(BROADCAST) ? "organization not found" : "entity not found");
    }
  }

  private byte[] payload(final JsonValue.Members command, final String commandId) {
    final JsonWriter writer = new JsonWriter().beginObject().text("command_id", commandId);
    for (final JsonValue.Member member : command.members()) {
      if (!member.name().equals("command_id")) {
        writer.name(member.name()).value(member.value());
      }
    }
    if (command.find("timestamp").isEmpty()) {
      writer.text("timestamp", Rfc3339.text(Rfc3339.ofNs(clock.wallNs())));
    }
    return writer.endObject().toBytes();
  }

  private PublishAck publish(final Publication publication) {
    try {
      return fabric.publish(publication).join();
    } catch (final CompletionException e) {
      if (e.getCause() instanceof final MothershipException refused) {
        throw new ApiException(503, "COMMAND_REFUSED", refused.getMessage());
      }
      throw new ApiException(503, "COMMAND_REFUSED", "the broker did not answer in time");
    }
  }
}
