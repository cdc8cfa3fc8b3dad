package io.mothership.api.commands;

import io.mothership.api.rest.Call;
import io.mothership.api.rest.ErrorShape;
import io.mothership.api.rest.Routes;
import io.mothership.error.ServiceException;
import io.mothership.json.JsonWriter;
import io.mothership.security.Permission;
import io.mothership.transport.http.HttpResponse;

/**
 * {@code POST /api/v1/commands?org_id=&entity_id=}: queues a command for a device, or with {@code
 * entity_id=broadcast} for all of an organization. The answer leaves when the journal has it.
 */
public final class CommandResource {
  private static final String PATH = "/api/v1/commands";

  private final Commands commands;

  public CommandResource(final Commands commands) {
    this.commands = commands;
  }

  public Routes routes() {
    return new Routes(ErrorShape.FLEET)
        .post(PATH, Permission.COMMAND_SEND)
        .failureCode("COMMAND_FAILED")
        .to(this::queue);
  }

  private HttpResponse queue(final Call call) {
    final String orgId = call.parameter("org_id");
    final String target = call.parameter("entity_id");
    if (orgId.isEmpty() || target.isEmpty()) {
      throw new ServiceException(
          ServiceException.Kind.INVALID, "MISSING_PARAMS", "org_id and entity_id are required");
    }
    final QueuedCommand queued =
        commands.send(call.principal(), orgId, target, CommandBody.read(call.body().bytes()));
    return call.answer(202, writer -> write(writer, queued));
  }

  private static void write(final JsonWriter writer, final QueuedCommand queued) {
    writer
        .beginObject()
        .text("command_id", queued.commandId())
        .text("status", "queued")
        .text("org_id", queued.orgId())
        .text("entity_id", queued.target())
        .text("stream", queued.stream())
        .number("stream_seq", queued.sequence());
    if (queued.isDuplicate()) {
      writer.flag("duplicate", true);
    }
    writer.endObject();
  }
}
