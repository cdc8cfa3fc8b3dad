package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutgoingWindowTest {

  private final OutgoingWindow.Tally tally = new OutgoingWindow.Tally();
  private long nowNs;
  private final OutgoingWindow window = new OutgoingWindow(4, 3, () -> nowNs);

  @Test
  void shouldSendInOrderUpToTheInFlightLimit() {
    offer("a", "b", "c", "d");

    assertEquals(List.of("a", "b", "c"), sendAll());
    window.acknowledged(1, false);
    assertEquals(List.of(), sendAll());
    window.acknowledged(0, false);
    assertEquals(List.of("d"), sendAll());
  }

  @Test
  void shouldAnswerFullUntilTheOldestIsSettled() {
    offer("a", "b", "c", "d");
    sendAll();

    assertEquals(OutgoingWindow.FULL, window.offer(message("e")));
    window.acknowledged(1, false);
    assertEquals(OutgoingWindow.FULL, window.offer(message("e")));
    window.acknowledged(0, false);
    assertEquals(4, window.offer(message("e")));
  }

  @Test
  void shouldSendEverythingUnsettledAgainInOrderAfterANewLink() {
    offer("a", "b", "c");
    sendAll();
    window.acknowledged(1, false);

    window.rewind();

    assertEquals(List.of("a", "c"), sendAll());
    assertEquals(2, window.delivery().resent());
  }

  @Test
  void shouldCountAnAcknowledgementOnceHoweverOftenItComes() {
    offer("a");
    sendAll();

    window.acknowledged(0, false);
    window.acknowledged(0, true);
    window.acknowledged(7, false);

    assertEquals(new Delivery(1, 1, 0, 0, 0, 0), window.delivery());
    assertEquals(1, tally.acknowledged());
    assertEquals(0, tally.duplicates());
  }

  @Test
  void shouldCountDuplicatesAndRefusals() {
    offer("a", "b");
    sendAll();

    window.acknowledged(0, true);
    assertTrue(window.refused(1));
    assertFalse(window.refused(1));

    assertEquals(new Delivery(2, 1, 1, 1, 0, 0), window.delivery());
    assertEquals(1, tally.refused());
  }

  @Test
  void shouldWaitAfterATemporaryRefusalAndThenBeginAtTheOldest() {
    offer("a", "b", "c");
    sendAll();
    window.acknowledged(0, false);

    assertTrue(window.delay(1, 100));
    assertFalse(window.delay(2, 100), "one report for the whole pause");
    assertEquals(List.of(), sendAll());
    nowNs = 99;
    assertEquals(List.of(), sendAll());
    nowNs = 100;
    assertEquals(List.of("b", "c"), sendAll());
  }

  @Test
  void shouldNotSendANewMessageUnderAnOldPosition() {
    offer("a", "b", "c", "d");
    final long position = window.nextToSend();
    window.acknowledged(position, false);
    window.offer(message("e"));

    assertNull(window.message(position), "its place belongs to e now");
    assertEquals("e", window.message(4).id());
  }

  @Test
  void shouldKnowWhatWasSentAndNotSettledAlsoAfterANewLink() {
    offer("a", "b", "c", "d");
    sendAll();
    window.acknowledged(1, false);
    window.rewind();

    assertEquals(List.of(0L, 2L), window.sentPositions());
    window.acknowledged(0, false);
    assertEquals(List.of("c", "d"), sendAll());
  }

  @Test
  void shouldTellHowLongTheOldestWaits() {
    offer("a", "b");
    assertEquals(0, window.oldestWaitNs());
    window.nextToSend();
    nowNs = 30;
    window.nextToSend();
    nowNs = 50;

    assertEquals(50, window.oldestWaitNs());
    window.acknowledged(0, false);
    assertEquals(20, window.oldestWaitNs());
  }

  @Test
  void shouldTakeNothingWhenClosed() throws InterruptedException {
    window.close();

    assertEquals(OutgoingWindow.CLOSED, window.offer(message("a")));
    assertEquals(OutgoingWindow.CLOSED, window.put(message("a")));
  }

  @Test
  void shouldSayWhetherEverythingIsSettled() throws InterruptedException {
    assertTrue(window.awaitSettled(0));
    offer("a");
    assertFalse(window.awaitSettled(0));
    sendAll();
    window.acknowledged(0, false);
    assertTrue(window.awaitSettled(0));
  }

  private void offer(final String... ids) {
    for (final String id : ids) {
      assertTrue(window.offer(message(id)) >= 0);
    }
  }

  private OutgoingWindow.Message message(final String id) {
    return new OutgoingWindow.Message("s", id, new byte[0], tally);
  }

  private List<String> sendAll() {
    final List<String> ids = new ArrayList<>();
    long position = window.nextToSend();
    while (position >= 0) {
      ids.add(window.message(position).id());
      position = window.nextToSend();
    }
    return ids;
  }
}
