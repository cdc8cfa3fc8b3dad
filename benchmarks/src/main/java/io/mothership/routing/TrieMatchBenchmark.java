package io.mothership.routing;

import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Who listens to {@code constellation.telemetry.<org>.<entity>} among many subscriptions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TrieMatchBenchmark {
  private static final int SUBJECTS = 1024;

  @Param({"100", "10000"})
  private int subscriptions;

  private final SubjectTrie trie = new SubjectTrie();
  private final MatchResult result = new MatchResult();
  private final Slice[] subjects = new Slice[SUBJECTS];
  private int next;

  @Setup
  public void fill() {
    final Subscriber nobody = (subscription, message) -> {};
    for (int i = 0; i < subscriptions; i++) {
      insert(nobody, "constellation.commands.org-1.entity-" + i);
      insert(nobody, "_INBOX.client-" + i + ".*");
    }
    insert(nobody, "constellation.telemetry.>");
    insert(nobody, "constellation.telemetry.org-1.*");
    for (int i = 0; i < SUBJECTS; i++) {
      subjects[i] = Slice.of("constellation.telemetry.org-1.entity-" + i);
    }
  }

  @Benchmark
  public MatchResult match() {
    trie.match(subjects[next++ & (SUBJECTS - 1)], result);
    return result;
  }

  private void insert(final Subscriber subscriber, final String subject) {
    final byte[] bytes = subject.getBytes(StandardCharsets.US_ASCII);
    trie.insert(new Subscription(subscriber, bytes, new byte[0], new byte[] {'1'}));
  }
}
