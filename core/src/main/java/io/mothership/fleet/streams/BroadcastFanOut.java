package io.mothership.fleet.streams;

import io.mothership.fleet.FleetSubjects;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.jetstream.model.PublishHook;
import java.nio.charset.StandardCharsets;

/**
 * Turns a command to {@code constellation.commands.{org}.broadcast} into one command per entity,
 * because devices take commands from a work queue by entity.
 *
 * <p>Order in the journal: the entities' commands, the broadcast, its removal; the acknowledgement
 * follows the removal's sync. With a message id each entity's command has the id {@code
 * {id}.{entity}}, so that a publisher who tries again after a crash half-way reaches each entity
 * once.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per broadcast.
 */
public final class BroadcastFanOut implements PublishHook {
  private static final String ID_HEADER = "Nats-Msg-Id:";

  private final BroadcastTargets targets;

  public BroadcastFanOut(final BroadcastTargets targets) {
    this.targets = targets;
  }

  @Override
  @HotPath
  public boolean isFor(final Slice subject) {
    return FleetSubjects.isBroadcast(subject);
  }

  @Override
  public boolean isDropped(final Slice subject) {
    return FleetSubjects.isBroadcast(subject);
  }

  @Override
  public void onPublish(final MessageView broadcast, final Batch batch) {
    final String organization =
        FleetSubjects.parse(broadcast.subject().toString()).orElseThrow().organization();
    for (final String entity : targets.entityIds(organization)) {
      final MessageView command = new MessageView();
      command.subject().wrap(Slice.of(FleetSubjects.command(organization, entity)));
      command.headers().wrap(headersFor(broadcast, entity));
      command.payload().wrap(broadcast.payload());
      batch.append(command);
    }
    batch.dropOriginal();
  }

  private static Slice headersFor(final MessageView broadcast, final String entity) {
    if (broadcast.headers().isEmpty()) {
      return new Slice();
    }
    final StringBuilder block = new StringBuilder();
    for (final String line : latin(broadcast.headers()).split("\r\n")) {
      final boolean isExpectation = line.startsWith("Nats-Expected-");
      if (!isExpectation) {
        block.append(line.stripTrailing());
        if (line.startsWith(ID_HEADER)) {
          block.append('.').append(entity);
        }
        block.append("\r\n");
      }
    }
    return Slice.of(block.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String latin(final Slice bytes) {
    return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
  }
}
