package io.mothership.jetstream.model;

import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;

/**
 * Lets one message that comes into a stream become several: what it appends, the message itself and
 * its removal lie in this order in one batch of the journal, and are acknowledged together.
 *
 * <p><i>Thread:</i> ms-dispatch: answers from memory and does not block.
 */
public interface PublishHook {
  /** Has nothing to add to any message. */
  PublishHook NONE =
      new PublishHook() {
        @Override
        @HotPath
        public boolean isFor(final Slice subject) {
          return false;
        }

        @Override
        public void onPublish(final MessageView original, final Batch batch) {}
      };

  /** Whether it has something to say about messages with a subject; asked for each. */
  boolean isFor(Slice subject);

  /** A message that may be stored is about to be; the view is valid during the call only. */
  void onPublish(MessageView original, Batch batch);

  /**
   * Whether it drops all messages of a subject. One that is found at a start was left by a crash
   * between its record and its removal, and goes.
   */
  default boolean isDropped(final Slice subject) {
    return false;
  }

  /** What is stored with a message: all of it or, where there is no room, nothing. */
  interface Batch {

    /**
     * Stores another message before the original, unless its message id was stored already. What
     * the view is wrapped around stays as it is until the batch is stored.
     */
    void append(MessageView message);

    /** Removes the original again; its publisher is answered when that is synced. */
    void dropOriginal();
  }
}
