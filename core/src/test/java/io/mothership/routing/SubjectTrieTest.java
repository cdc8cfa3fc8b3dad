package io.mothership.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SubjectTrieTest {
  private static final String[] TOKENS = {"a", "b", "c", "fleet", "drone-1", "*"};
  private static final Subscriber NOBODY = (subscription, message) -> {};

  private final SubjectTrie trie = new SubjectTrie();
  private final MatchResult result = new MatchResult();

  @Test
  void shouldAgreeWithNaiveMatcherOnRandomPatterns() {
    final Random random = new Random(20_261_121);
    final List<Subscription> live = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (live.size() < 40 || random.nextInt(3) > 0) {
        final Subscription added = subscription(pattern(random), random.nextInt(4) == 0 ? "q" : "");
        trie.insert(added);
        live.add(added);
      } else {
        final Subscription gone = live.remove(random.nextInt(live.size()));
        assertTrue(trie.remove(gone));
        assertFalse(trie.remove(gone));
      }
      if (live.size() > 200) {
        live.subList(100, live.size()).forEach(trie::remove);
        live.subList(100, live.size()).clear();
      }
      final byte[] subject = literal(random);
      assertEquals(naive(live, subject), matched(subject), new String(subject));
      assertEquals(live.size(), trie.count());
      assertTrue(trie.heapBytes() > 200L * live.size());
    }
    live.forEach(trie::remove);
    assertEquals(0, trie.heapBytes());
  }

  @Test
  void shouldCountWhatLongSubjectsTake() {
    trie.insert(subscription("a.b", ""));
    final long one = trie.heapBytes();
    trie.insert(subscription("a.b", ""));
    final long shared = trie.heapBytes() - one;
    trie.insert(subscription("x.".repeat(1000) + "x", ""));
    assertTrue(shared < one, "two on one subject share its nodes");
    assertTrue(trie.heapBytes() - one - shared > 100_000, "each token is a node");
  }

  @Test
  void shouldJoinQueueMembersOfOneNameAcrossPatterns() {
    trie.insert(subscription("a.*", "q"));
    trie.insert(subscription("a.>", "q"));
    trie.insert(subscription("a.b", "other"));
    trie.match(Slice.of("a.b"), result);
    assertEquals(2, result.groupCount());
    assertEquals(0, result.plainCount());
    assertEquals(3, result.memberCount(0) + result.memberCount(1));
  }

  @Test
  void shouldNotMatchShorterOrLongerSubjects() {
    trie.insert(subscription("a.b", ""));
    trie.insert(subscription("a.>", ""));
    trie.match(Slice.of("a"), result);
    assertTrue(result.isEmpty());
    trie.match(Slice.of("a.b.c"), result);
    assertEquals(1, result.plainCount());
  }

  @Test
  void shouldNeverAllocateOnMatch() {
    for (int i = 0; i < 100; i++) {
      trie.insert(subscription("fleet." + i + ".telemetry", ""));
    }
    trie.insert(subscription("fleet.*.telemetry", ""));
    trie.insert(subscription("fleet.>", "workers"));
    final Slice subject = Slice.of("fleet.42.telemetry");
    final var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20_000; i++) {
      trie.match(subject, result);
    }
    final long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 100_000; i++) {
      trie.match(subject, result);
    }
    assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 100_000);
    assertEquals(2, result.plainCount());
  }

  private List<Subscription> matched(final byte[] subject) {
    trie.match(Slice.of(subject), result);
    final List<Subscription> found = new ArrayList<>();
    for (int i = 0; i < result.plainCount(); i++) {
      found.add(result.plain(i));
    }
    for (int g = 0; g < result.groupCount(); g++) {
      for (int i = 0; i < result.memberCount(g); i++) {
        found.add(result.member(g, i));
      }
    }
    found.sort(Comparator.comparingInt(System::identityHashCode));
    return found;
  }

  private static List<Subscription> naive(final List<Subscription> live, final byte[] subject) {
    final String[] tokens = new String(subject, StandardCharsets.US_ASCII).split("\\.");
    final List<Subscription> found = new ArrayList<>();
    for (final Subscription subscription : live) {
      final String[] wanted =
          new String(subscription.subject(), StandardCharsets.US_ASCII).split("\\.");
      boolean isMatch = true;
      int i = 0;
      for (; i < wanted.length && isMatch; i++) {
        if (wanted[i].equals(">")) {
          break;
        }
        isMatch = i < tokens.length && (wanted[i].equals("*") || wanted[i].equals(tokens[i]));
      }
      final boolean isRest = i < wanted.length && wanted[i].equals(">");
      if (isMatch && (isRest ? tokens.length > i : tokens.length == wanted.length)) {
        found.add(subscription);
      }
    }
    found.sort(Comparator.comparingInt(System::identityHashCode));
    return found;
  }

  private static String pattern(final Random random) {
    final StringBuilder text = new StringBuilder();
    final int depth = 1 + random.nextInt(4);
    for (int i = 0; i < depth; i++) {
      text.append(i == 0 ? "" : ".").append(TOKENS[random.nextInt(TOKENS.length)]);
    }
    return random.nextInt(5) == 0 ? text + ".>" : text.toString();
  }

  private static byte[] literal(final Random random) {
    final StringBuilder text = new StringBuilder();
    final int depth = 1 + random.nextInt(5);
    for (int i = 0; i < depth; i++) {
      text.append(i == 0 ? "" : ".").append(TOKENS[random.nextInt(TOKENS.length - 1)]);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static Subscription subscription(final String subject, final String queue) {
    return new Subscription(
        NOBODY,
        subject.getBytes(StandardCharsets.US_ASCII),
        queue.getBytes(StandardCharsets.US_ASCII),
        new byte[] {'1'});
  }

  @Test
  void shouldKeepNothingOfRemovedSubjects() {
    final Subscription inbox = subscription("_INBOX.abc.1", "");
    trie.insert(inbox);
    trie.remove(inbox);
    trie.match(Slice.of("_INBOX.abc.1"), result);
    assertTrue(result.isEmpty());
    NOBODY.onMessage(inbox, new MessageView());
  }
}
