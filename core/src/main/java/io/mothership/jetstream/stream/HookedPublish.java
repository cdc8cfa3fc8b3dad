package io.mothership.jetstream.stream;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.RecordType;
import io.mothership.jetstream.index.SubjectTable;
import io.mothership.jetstream.model.ApiErrors;
import io.mothership.jetstream.model.PublishHook;
import java.util.ArrayList;
import java.util.List;

/**
 * Stores a message with what a {@link PublishHook} adds to it.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> per message that the hook is for.
 */
final class HookedPublish {
  private final StreamHome owner;
  private final Stream stream;
  private final StreamIntake intake;
  private final PublishHook hook;

  HookedPublish(
      final StreamHome owner,
      final Stream stream,
      final StreamIntake intake,
      final PublishHook hook) {
    this.owner = owner;
    this.stream = stream;
    this.intake = intake;
    this.hook = hook;
  }

  @HotPath
  boolean isFor(final MessageView message) {
    return hook.isFor(message.subject());
  }

  /** Stores and acknowledges a checked message, or refuses it. */
  void store(final MessageView original, final long ttlNs) {
    final Batch batch = new Batch();
    hook.onPublish(original, batch);
    final int count = batch.messages.size();
    final long messagesMax = stream.config().messagesMax();
    if (messagesMax > 0 && stream.messageCount() + count + 1 > messagesMax) {
      intake.refuse(original, ApiErrors.STREAM_STORE_FAILED.with("maximum messages exceeded"));
      return;
    }
    if (!stream.hasStateFor(count + 1)) {
      intake.refuse(original, ApiErrors.MEMORY_RESOURCES_EXCEEDED.exception());
      return;
    }
    for (final MessageView message : batch.messages) {
      if (intake.prepare(message)) {
        final long answer = intake.tryStore(message, ttlNs, 0);
        if (answer < 0) {
          intake.refuse(original, StreamIntake.notStored(answer));
          return;
        }
      }
    }
    final long answer =
        batch.isOriginalDropped ? storeAndRemove(original, ttlNs) : storeLast(original, ttlNs);
    if (answer < 0) {
      intake.refuse(original, StreamIntake.notStored(answer));
    }
  }

  private long storeLast(final MessageView message, final long ttlNs) {
    intake.prepare(message);
    return intake.tryStore(message, ttlNs, owner.exchange().outboxId());
  }

  private long storeAndRemove(final MessageView original, final long ttlNs) {
    final MessageView unanswered = new MessageView().wrap(original);
    unanswered.reply().clear();
    final long sequence = storeLast(unanswered, ttlNs);
    final MessageView removal = new MessageView();
    removal.reply().wrap(original.reply());
    return sequence < 0 ? sequence : tryRemove(sequence, removal);
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

  /** Removes what a crash left whose removal it prevented; what it stands for is before it. */
  void onRecoveryComplete() {
    final SubjectTable subjects = stream.index().subjects();
    final List<Long> unfinished = new ArrayList<>();
    for (int id = 0; id < subjects.idLimit(); id++) {
      if (subjects.count(id) > 0 && hook.isDropped(Slice.of(subjects.subject(id)))) {
        for (long at = subjects.first(id); at != 0; at = stream.index().nextSame(at)) {
          unfinished.add(at);
        }
      }
    }
    unfinished.forEach(sequence -> tryRemove(sequence, new MessageView()));
  }

  private static final class Batch implements PublishHook.Batch {
    private final List<MessageView> messages = new ArrayList<>();
    private boolean isOriginalDropped;

    @Override
    public void append(final MessageView message) {
      messages.add(message);
    }

    @Override
    public void dropOriginal() {
      isOriginalDropped = true;
    }
  }
}
