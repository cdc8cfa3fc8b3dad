package io.mothership.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.bus.FramePool;
import io.mothership.frame.FrameView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever asks gets one answer, in the order of the requests. */
final class ReadAgentTest {
  private static final long DAMAGED = 7;
  private static final long UNREADABLE = 8;

  private final List<String> answers = new ArrayList<>();

  @Test
  void shouldAnswerNotNowWhereReadingThrows() {
    final ReadAgent agent = new ReadAgent(new BadReader(), new FramePool(2, 1024), 64 * 1024);
    agent.tryRequest(3, 1, DAMAGED);
    agent.tryRequest(3, 2, UNREADABLE);
    agent.tryRequest(3, 3, DAMAGED);
    agent.doWork();
    agent.drain(new Answers(), 10);
    assertEquals(List.of("lost 1", "not now 2", "lost 3"), answers);
    assertEquals(agent.requested(), agent.answered());
  }

  private final class Answers extends ReadAgent.AnswerConsumer {
    @Override
    protected void onAnswer(final int requester, final long token, final FrameView frame) {
      answers.add((frame == null ? "not now " : "found ") + token);
    }

    @Override
    protected void onLost(final int requester, final long token, final long location) {
      answers.add("lost " + token);
    }
  }

  /** Everything is damaged, or cannot be read and says so by throwing. */
  private static final class BadReader implements JournalReader {
    @Override
    public boolean read(final long location, final FrameView frame) {
      if (location == UNREADABLE) {
        throw new InternalError("a page cannot be read");
      }
      return false;
    }

    @Override
    public long first() {
      return Journal.NOWHERE;
    }

    @Override
    public long next(final long location) {
      return Journal.NOWHERE;
    }

    @Override
    public long seekSequence(final long journalSequence) {
      return Journal.NOWHERE;
    }

    @Override
    public long seekTime(final long timeNs) {
      return Journal.NOWHERE;
    }

    @Override
    public void close() {}
  }
}
