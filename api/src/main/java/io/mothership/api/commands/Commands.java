package io.mothership.api.commands;

import io.mothership.api.fleet.Entities;
import io.mothership.api.fleet.Organizations;
import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.error.MothershipException;
import io.mothership.error.ServiceException;
import io.mothership.error.ServiceException.Kind;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.Fabric.PublishAck;
import io.mothership.fleet.FleetSubjects;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/**
 * What can be done with commands to devices.
 *
 * <p>An id names one command of an organization: it, its target and what it says belong together
 * from the first time on. Who says the same again is told what became of the first; who says
 * something else, or says it to somebody else, is refused.
 *
 * <p><i>Thread:</i> any; calls block until the journal has the command.
 */
public final class Commands {
  private static final String BROADCAST = "broadcast";

  /** The message limit of the commands' stream. */
  private static final int COMMAND_BYTES_MAX = 32 * 1024;

  private final Organizations organizations;
  private final Entities entities;
  private final CommandIds ids;
  private final Fabric fabric;
  private final Clock clock;

  public Commands(
      final Organizations organizations,
      final Entities entities,
      final CommandIds ids,
      final Fabric fabric,
      final Clock clock) {
    this.organizations = organizations;
    this.entities = entities;
    this.ids = ids;
    this.fabric = fabric;
    this.clock = clock;
  }

  /**
   * Queues a command.
   *
   * @param target an entity's id, or {@code broadcast} for all of the organization
   * @throws ServiceException {@code NOT_FOUND} if nobody could get it; {@code CONFLICT} if its id
   *     names another; {@code UNAVAILABLE} if the stream does not take it
   */
  QueuedCommand send(
      final Principal principal, final String orgId, final String target, final CommandBody body) {
    if (target.equals(BROADCAST)) {
      principal.require(Permission.COMMAND_SEND, orgId);
      organizations.requireKnown(orgId);
    } else {
      principal.require(Permission.COMMAND_SEND, orgId, target);
      entities.requireKnown(orgId, target);
    }
    final String commandId = body.id().orElseGet(() -> UUID.randomUUID().toString());
    final byte[] payload = body.payload(commandId, Rfc3339.text(Rfc3339.ofNs(clock.wallNs())));
    if (payload.length > COMMAND_BYTES_MAX) {
      throw new ServiceException(
          Kind.INVALID,
          "VALIDATION",
          "command too long: max=%d, actual=%d".formatted(COMMAND_BYTES_MAX, payload.length));
    }
    final String fingerprint = body.fingerprint();
    final Optional<CommandIds.Taken> taken = ids.take(orgId, commandId, target, fingerprint);
    if (taken.isPresent() && !taken.get().isSame(target, fingerprint)) {
      throw new ServiceException(
          Kind.CONFLICT,
          "COMMAND_ID_TAKEN",
          "command_id names another command: command_id=%s, target=%s"
              .formatted(commandId, taken.get().target()),
          Map.of("command_id", commandId, "entity_id", taken.get().target()));
    }
    if (taken.isPresent() && !taken.get().stream().isEmpty()) {
      return new QueuedCommand(
          commandId, orgId, target, taken.get().stream(), taken.get().sequence(), true);
    }
    // Somebody may have been cut off between the two: the message id makes a second time harmless.
    final PublishAck ack = publish(orgId, target, commandId, payload);
    ids.queued(orgId, commandId, ack.stream(), ack.sequence());
    return new QueuedCommand(
        commandId, orgId, target, ack.stream(), ack.sequence(), taken.isPresent());
  }

  private PublishAck publish(
      final String orgId, final String target, final String commandId, final byte[] payload) {
    // None of the first two has a dot: no two commands make the same id.
    final String messageId = orgId + "." + target + "." + commandId;
    try {
      return fabric
          .publish(new Publication(FleetSubjects.command(orgId, target), messageId, payload, 0))
          .join();
    } catch (final CompletionException e) {
      if (e.getCause() instanceof final MothershipException refused) {
        ids.release(orgId, commandId);
        throw new ServiceException(Kind.UNAVAILABLE, "COMMAND_REFUSED", refused.getMessage());
      }
      throw new ServiceException(
          Kind.UNAVAILABLE, "COMMAND_REFUSED", "the broker did not answer in time");
    }
  }
}
