package io.mothership.dispatch;

import io.mothership.frame.FrameView;
import io.mothership.routing.Subscription;

/** The stream layer of a broker without JetStream: nothing is kept, nobody answers its API. */
final class NoStreams implements StreamLayer {
  @Override
  public void onRecovered(final FrameView frame, final long location) {}

  @Override
  public void onRecoveryComplete(final Exchange exchange) {}

  @Override
  public void onAppended(final FrameView frame, final long location) {}

  @Override
  public void onSynced(final FrameView frame) {}

  @Override
  public void onJournalFailed() {}

  @Override
  public void onRead(final int requester, final long token, final FrameView frame) {}

  @Override
  public void onInterestChanged(
      final int accountId, final Subscription subscription, final boolean isAdded) {}

  @Override
  public int doWork() {
    return 0;
  }
}
