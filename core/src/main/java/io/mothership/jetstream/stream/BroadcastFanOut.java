package io.mothership.jetstream.stream;

import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.ConstellationStreams;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

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
final class BroadcastFanOut {
  private static final byte[] PREFIX = ascii("constellation.commands.");
  private static final byte[] SUFFIX = ascii(".broadcast");
  private static final String ID_HEADER = "Nats-Msg-Id:";

  private final StreamHome owner;
  private final Stream stream;
  private final StreamIntake intake;
  private final boolean isCommands;

  BroadcastFanOut(final StreamHome owner, final Stream stream, final StreamIntake intake) {
    this.owner = owner;
    this.stream = stream;
    this.intake = intake;
    this.isCommands = stream.name().equals(ConstellationStreams.COMMANDS);
  }

  boolean isBroadcast(final MessageView message) {
    return isCommands && owner.broadcastTargets().isPresent() && isBroadcast(message.subject());
  }

  private static boolean isBroadcast(final Slice subject) {
    final int organizationEnd = subject.length() - SUFFIX.length;
    if (organizationEnd <= PREFIX.length || !subject.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length; i < organizationEnd; i++) {
      if (subject.byteAt(i) == '.') {
        return false;
      }
    }
    for (int i = 0; i < SUFFIX.length; i++) {
      if (subject.byteAt(organizationEnd + i) != SUFFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /** Stores and acknowledges a checked broadcast, or refuses it. */
  void fanOut(final MessageView broadcast, final long ttlNs) {
    final String subject = broadcast.subject().toString();
    final String organization = subject.substring(PREFIX.length, subject.length() - SUFFIX.length);
    final Collection<String> entities =
        owner.broadcastTargets().orElseThrow().entityIds(organization);
    final long messagesMax = stream.config().messagesMax();
    if (messagesMax > 0 && stream.messageCount() + entities.size() + 1 > messagesMax) {
      intake.refuse(broadcast, ApiErrors.STREAM_STORE_FAILED.with("maximum messages exceeded"));
      return;
    }
    if (!stream.hasStateFor(entities.size() + 1)) {
      intake.refuse(broadcast, ApiErrors.MEMORY_RESOURCES_EXCEEDED.exception());
      return;
    }
    for (final String entity : entities) {
      final MessageView command = new MessageView();
      command.subject().wrap(Slice.of("constellation.commands." + organization + "." + entity));
      command.headers().wrap(headersFor(broadcast, entity));
      command.payload().wrap(broadcast.payload());
      if (intake.prepare(command)) {
        final long answer = intake.tryStore(command, ttlNs, 0);
        if (answer < 0) {
          intake.refuse(broadcast, StreamIntake.notStored(answer));
          return;
        }
      }
    }
    storeAndRemove(broadcast, ttlNs);
  }

  private void storeAndRemove(final MessageView broadcast, final long ttlNs) {
    final MessageView unanswered = new MessageView().wrap(broadcast);
    unanswered.reply().clear();
    intake.prepare(unanswered);
    final long sequence = intake.tryStore(unanswered, ttlNs, owner.exchange().outboxId());
    final MessageView removal = new MessageView();
    removal.reply().wrap(broadcast.reply());
    final long answer = sequence < 0 ? sequence : tryRemove(sequence, removal);
    if (answer < 0) {
      intake.refuse(broadcast, StreamIntake.notStored(answer));
    }
  }

  private long tryRemove(final long sequence, final MessageView removal) {
    final long journalSequence =
        owner
            .exchange()
            .tryAppend(
                RecordType.DELETE, stream.accountId(), stream.id(), sequence, true, 0, removal);
    if (journalSequence >= 0) {
      owner.onPublished(journalSequence);
      stream.drop(sequence);
    }
    return journalSequence;
  }

  /**
   * Removes broadcasts whose removal a crash prevented; their entities' commands are before them.
   */
  void onRecoveryComplete() {
    if (!isCommands || owner.broadcastTargets().isEmpty()) {
      return;
    }
    final SubjectTable subjects = stream.index().subjects();
    final List<Long> unfinished = new ArrayList<>();
    for (int id = 0; id < subjects.idLimit(); id++) {
      if (subjects.count(id) > 0 && isBroadcast(Slice.of(subjects.subject(id)))) {
        for (long at = subjects.first(id); at != 0; at = stream.index().nextSame(at)) {
          unfinished.add(at);
        }
      }
    }
    unfinished.forEach(sequence -> tryRemove(sequence, new MessageView()));
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

  private static byte[] ascii(final String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
