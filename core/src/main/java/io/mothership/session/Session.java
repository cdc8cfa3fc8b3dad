package io.mothership.session;

import io.mothership.bus.Outbox;
import io.mothership.bus.SessionOpening;
import io.mothership.bus.SubjectScope;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.frame.codec.Origin;
import io.mothership.routing.Subscriber;
import io.mothership.routing.Subscription;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * One client of the broker.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing per message.
 */
public final class Session implements Subscriber {
  private final Listener listener;
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private final MessageView bare = new MessageView();
  private SessionOpening opening;
  private boolean isDirty;
  private boolean isClosed;

  public Session(final SessionOpening opening, final Listener listener) {
    this.opening = opening;
    this.listener = listener;
  }

  /** Takes changed options; id, account and outbox stay. */
  public void reopen(final SessionOpening newOpening) {
    opening = newOpening;
  }

  public long connectionId() {
    return opening.connectionId();
  }

  public int accountId() {
    return opening.accountId();
  }

  /** Whether it is a client's: parts of the appliance itself are not held to clients' limits. */
  public boolean isClient() {
    return opening.origin() != Origin.INTERNAL;
  }

  /** Which stored messages it may reach by asking. */
  public SubjectScope scope() {
    return opening.scope();
  }

  public Outbox outbox() {
    return opening.outbox();
  }

  public boolean isEcho() {
    return opening.isEcho();
  }

  public boolean wantsNoResponders() {
    return opening.wantsNoResponders() && opening.takesHeaders();
  }

  public boolean isClosed() {
    return isClosed;
  }

  public Collection<Subscription> subscriptions() {
    return subscriptions.values();
  }

  /** Adds a subscription; empty-handed if the sid is taken already. */
  public Subscription subscribe(final Slice sid, final Slice subject, final Slice queue) {
    final String key = sid.toString();
    if (subscriptions.containsKey(key)) {
      return null;
    }
    final Subscription subscription =
        new Subscription(this, subject.toByteArray(), queue.toByteArray(), sid.toByteArray());
    subscriptions.put(key, subscription);
    return subscription;
  }

  /** The subscription of a sid, or null. */
  public Subscription subscription(final Slice sid) {
    return subscriptions.get(sid.toString());
  }

  public void forget(final Subscription subscription) {
    subscriptions.remove(Slice.of(subscription.sid()).toString());
  }

  public void close() {
    isClosed = true;
    subscriptions.clear();
  }

  @Override
  public void onMessage(final Subscription subscription, final MessageView message) {
    if (isClosed || subscription.isClosed()) {
      return;
    }
    final long delivered = subscription.countDelivery();
    final int queued;
    if (opening.takesHeaders() || message.headers().isEmpty()) {
      queued = opening.outbox().offerMessage(subscription.sid(), message);
    } else {
      bare.wrap(message).headers().clear();
      queued = opening.outbox().offerMessage(subscription.sid(), bare);
    }
    if (queued < 0) {
      listener.onRefused(this, queued);
      return;
    }
    markDirty();
    if (subscription.deliveredMax() != 0 && delivered >= subscription.deliveredMax()) {
      listener.onExhausted(this, subscription);
    }
  }

  /** Something was put into the outbox: flush it at the end of the duty cycle. */
  public void markDirty() {
    if (!isDirty) {
      isDirty = true;
      listener.onDirty(this);
    }
  }

  public void flush() {
    isDirty = false;
    if (!isClosed) {
      opening.outbox().flush();
    }
  }

  /** What the dispatcher wants to know. */
  public interface Listener {
    /** The outbox is not empty any more. */
    void onDirty(Session session);

    /**
     * The outbox took nothing: it is full ({@link io.mothership.bus.Pressure}), or the client has
     * gone.
     */
    void onRefused(Session session, int pressure);

    /** A subscription got all it asked for. */
    void onExhausted(Session session, Subscription subscription);
  }
}
