package io.mothership.jetstream;

import io.mothership.bus.QuietOutbox;
import io.mothership.bus.SessionOpening;
import io.mothership.dispatch.Spine;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.jetstream.ConsumerFixture.Message;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A client of a spine that is stepped by hand; hears everything on its inboxes. */
final class SimulatedClient extends QuietOutbox {
  static final String INBOX = "_INBOX.client.";

  private static final long CONNECTION = 1;

  private final Spine spine;
  private final Consumer<Message> receiver;
  private boolean isGone;

  SimulatedClient(final Spine spine, final Consumer<Message> receiver) {
    this.spine = spine;
    this.receiver = receiver;
  }

  void connect() {
    spine.ingress().tryOpen(new SessionOpening(CONNECTION, 0, Origin.NATS, this, true, true, true));
    subscribe(INBOX + ">");
  }

  void subscribe(final String subject) {
    spine.ingress().trySubscribe(CONNECTION, Slice.of(subject), Slice.of(subject), new Slice());
  }

  /** Hears and says nothing any more. */
  void leave() {
    isGone = true;
  }

  /** Whether there was room for it. */
  boolean trySend(
      final String subject, final String reply, final String headers, final String payload) {
    final MessageView message = new MessageView();
    message.subject().wrap(Slice.of(subject));
    message.reply().wrap(Slice.of(reply));
    message.headers().wrap(Slice.of(headers));
    message.payload().wrap(Slice.of(payload));
    return spine.ingress().tryPublish(CONNECTION, Origin.NATS, 0, 0, message) > 0;
  }

  @Override
  public int offerMessage(final byte[] sid, final MessageView message) {
    if (!isGone && !isClosed()) {
      receiver.accept(
          new Message(
              new String(sid, StandardCharsets.US_ASCII),
              message.subject().toString(),
              message.reply().toString(),
              message.headers().toString(),
              message.payload().toString()));
    }
    return 1;
  }
}
