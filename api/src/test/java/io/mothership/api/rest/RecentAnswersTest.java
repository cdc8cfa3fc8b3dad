package io.mothership.api.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.mothership.api.rest.IdempotencyStore.Claim;
import io.mothership.clock.Clock;
import io.mothership.transport.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RecentAnswersTest {
  private final SteppedClock clock = new SteppedClock();
  private final RecentAnswers answers = new RecentAnswers(clock);

  @Test
  void shouldRepeatTheFirstAnswer() {
    assertInstanceOf(Claim.First.class, answers.claim("k", "f"));
    assertInstanceOf(Claim.UnderWay.class, answers.claim("k", "f"));
    assertInstanceOf(Claim.Mismatch.class, answers.claim("k", "g"));
    final HttpResponse answer = HttpResponse.empty(201);
    answers.keep("k", answer);
    assertSame(answer, ((Claim.Repeat) answers.claim("k", "f")).answer());
    assertInstanceOf(Claim.Mismatch.class, answers.claim("k", "g"));
    assertInstanceOf(Claim.First.class, answers.claim("other", "f"));
  }

  @Test
  void shouldLetWhatWasNotDoneBeTriedAgain() {
    answers.claim("k", "f");
    answers.release("k");
    assertInstanceOf(Claim.First.class, answers.claim("k", "g"));
  }

  @Test
  void shouldForgetAfterADay() {
    answers.claim("k", "f");
    answers.keep("k", HttpResponse.empty(200));
    clock.stepNs(TimeUnit.HOURS.toNanos(24) - 1);
    assertInstanceOf(Claim.Repeat.class, answers.claim("k", "f"));
    clock.stepNs(1);
    assertInstanceOf(Claim.First.class, answers.claim("k", "f"));
  }

  @Test
  void shouldForgetTheOldestOfTooMany() {
    answers.claim("runs", "f");
    for (int i = 0; i < RecentAnswers.COUNT_MAX; i++) {
      answers.claim("k" + i, "f");
      answers.keep("k" + i, HttpResponse.empty(200));
    }
    assertInstanceOf(Claim.First.class, answers.claim("k0", "f"));
    assertInstanceOf(Claim.Repeat.class, answers.claim("k" + (RecentAnswers.COUNT_MAX - 1), "f"));
    assertInstanceOf(Claim.UnderWay.class, answers.claim("runs", "f"));
  }

  @Test
  void shouldHoldABoundedNumberOfBytes() {
    final byte[] big = new byte[(int) (RecentAnswers.BYTES_MAX / 4)];
    int kept = 0;
    for (int i = 0; i < 8; i++) {
      answers.claim("k" + i, "f");
      answers.keep("k" + i, HttpResponse.of(200, HttpResponse.JSON, big));
    }
    for (int i = 7; i >= 0 && answers.claim("k" + i, "f") instanceof Claim.Repeat; i--) {
      kept++;
    }
    assertEquals(3, kept);
  }

  private static final class SteppedClock implements Clock {
    private long nowNs;

    void stepNs(final long ns) {
      nowNs += ns;
    }

    @Override
    public long wallNs() {
      return nowNs;
    }

    @Override
    public long monotonicNs() {
      return nowNs;
    }
  }
}
