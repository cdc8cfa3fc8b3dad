package io.mothership.routing;

import io.mothership.bus.ByteScan;
import io.mothership.frame.HotPath;
import io.mothership.frame.Slice;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * The subscriptions of one account, by subject token.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> on insert only; a match allocates nothing.
 */
public final class SubjectTrie {
  private static final byte DOT = '.';
  private static final long HASH_FACTOR = 0x9E3779B97F4A7C15L;

  /** About what a node takes of the heap, its place among its parent's children included. */
  private static final int NODE_BYTES = 128;

  private final Node root = new Node(0, new long[0]);
  private int count;
  private long heapBytes;

  /** Subscriptions in the trie. */
  public int count() {
    return count;
  }

  /** About what the trie and its subscriptions take of the heap. */
  public long heapBytes() {
    return heapBytes;
  }

  public void insert(final Subscription subscription) {
    final byte[] subject = subscription.subject();
    Node node = root;
    int start = 0;
    while (start <= subject.length) {
      int end = start;
      while (end < subject.length && subject[end] != DOT) {
        end++;
      }
      Node child = node.child(subject, start, end);
      if (child == null) {
        child = node.newChild(subject, start, end);
        heapBytes += heapBytes(end - start);
      }
      node = child;
      start = end + 1;
    }
    node.add(subscription);
    count++;
    heapBytes += subscription.heapBytes();
  }

  /**
   * @return whether it was there
   */
  public boolean remove(final Subscription subscription) {
    final boolean isRemoved = remove(root, subscription, 0);
    if (isRemoved) {
      count--;
      heapBytes -= subscription.heapBytes();
    }
    return isRemoved;
  }

  /** Refills {@code result} with who listens to a literal subject. */
  @HotPath
  public void match(final Slice subject, final MatchResult result) {
    result.clear();
    final int start = subject.offset();
    match(root, subject.buffer(), start, start + subject.length(), result);
  }

  private boolean remove(final Node node, final Subscription subscription, final int start) {
    final byte[] subject = subscription.subject();
    if (start > subject.length) {
      return node.drop(subscription);
    }
    int end = start;
    while (end < subject.length && subject[end] != DOT) {
      end++;
    }
    final Node child = node.child(subject, start, end);
    if (child == null || !remove(child, subscription, end + 1)) {
      return false;
    }
    if (child.isEmpty()) {
      node.dropChild(child);
      heapBytes -= heapBytes(end - start);
    }
    return true;
  }

  @HotPath
  private static void match(
      final Node node,
      final DirectBuffer buffer,
      final int start,
      final int end,
      final MatchResult result) {
    final int tokenEnd = ByteScan.indexOf(buffer, start, end, DOT);
    if (node.rest != null) {
      node.rest.collect(result);
    }
    final Node literal = node.child(buffer, start, tokenEnd);
    if (tokenEnd == end) {
      if (literal != null) {
        literal.collect(result);
      }
      if (node.star != null) {
        node.star.collect(result);
      }
      return;
    }
    if (literal != null) {
      match(literal, buffer, tokenEnd + 1, end, result);
    }
    if (node.star != null) {
      match(node.star, buffer, tokenEnd + 1, end, result);
    }
  }

  private static int heapBytes(final int tokenLength) {
    return NODE_BYTES + 2 * tokenLength;
  }

  @HotPath
  private static int hash(final DirectBuffer buffer, final int start, final int end) {
    long hash = 0;
    for (int at = start; at < end; at += Long.BYTES) {
      hash = mix(hash, ByteScan.word(buffer, at, end));
    }
    return (int) hash;
  }

  private static int hash(final long[] words) {
    long hash = 0;
    for (final long word : words) {
      hash = mix(hash, word);
    }
    return (int) hash;
  }

  /** All bits of both go into the low ones, which choose the bucket. */
  private static long mix(final long hash, final long word) {
    final long product = (hash ^ word) * HASH_FACTOR;
    return product ^ product >>> 32;
  }

  private static long[] words(final byte[] subject, final int start, final int end) {
    final long[] words = new long[(end - start + Long.BYTES - 1) / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = ByteScan.word(subject, start + i * Long.BYTES, end);
    }
    return words;
  }

  /** One token; children hang in buckets by the token's hash. */
  private static final class Node {
    private static final Subscription[] NO_SUBSCRIPTIONS = {};
    private static final Node[] NO_BUCKETS = {};
    private static final int FIRST_BUCKETS = 4;

    private final int tokenLength;

    /** Eight bytes of the token each. */
    private final long[] words;

    private final int hash;
    private Node nextInBucket;
    private Node[] buckets = NO_BUCKETS;
    private int childCount;
    private Node star;
    private Node rest;
    private Subscription[] plain = NO_SUBSCRIPTIONS;
    private int plainCount;
    private Subscription[] queued = NO_SUBSCRIPTIONS;
    private int queuedCount;

    Node(final int tokenLength, final long[] words) {
      this.tokenLength = tokenLength;
      this.words = words;
      this.hash = SubjectTrie.hash(words);
    }

    void collect(final MatchResult result) {
      if (plainCount != 0) {
        result.addPlain(plain, plainCount);
      }
      for (int i = 0; i < queuedCount; i++) {
        result.addQueueMember(queued[i]);
      }
    }

    boolean isEmpty() {
      return plainCount == 0 && queuedCount == 0 && childCount == 0 && star == null && rest == null;
    }

    void add(final Subscription subscription) {
      if (subscription.isQueueMember()) {
        queued = append(queued, queuedCount++, subscription);
      } else {
        plain = append(plain, plainCount++, subscription);
      }
    }

    boolean drop(final Subscription subscription) {
      if (subscription.isQueueMember()) {
        if (!isAtItsPlace(queued, queuedCount, subscription)) {
          return false;
        }
        removeFrom(queued, --queuedCount, subscription);
      } else {
        if (!isAtItsPlace(plain, plainCount, subscription)) {
          return false;
        }
        removeFrom(plain, --plainCount, subscription);
      }
      return true;
    }

    Node child(final byte[] subject, final int start, final int end) {
      if (end - start == 1) {
        if (subject[start] == '*') {
          return star;
        }
        if (subject[start] == '>') {
          return rest;
        }
      }
      final long[] wantedWords = SubjectTrie.words(subject, start, end);
      final int wanted = SubjectTrie.hash(wantedWords);
      for (Node node = first(wanted); node != null; node = node.nextInBucket) {
        if (node.hash == wanted
            && node.tokenLength == end - start
            && Arrays.equals(node.words, wantedWords)) {
          return node;
        }
      }
      return null;
    }

    Node child(final DirectBuffer buffer, final int start, final int end) {
      final int wanted = SubjectTrie.hash(buffer, start, end);
      for (Node node = first(wanted); node != null; node = node.nextInBucket) {
        if (node.hash == wanted && node.isToken(buffer, start, end)) {
          return node;
        }
      }
      return null;
    }

    Node newChild(final byte[] subject, final int start, final int end) {
      final Node node = new Node(end - start, SubjectTrie.words(subject, start, end));
      if (end - start == 1 && subject[start] == '*') {
        star = node;
      } else if (end - start == 1 && subject[start] == '>') {
        rest = node;
      } else {
        if (childCount >= buckets.length) {
          grow();
        }
        link(buckets, node);
        childCount++;
      }
      return node;
    }

    void dropChild(final Node child) {
      if (child == star) {
        star = null;
      } else if (child == rest) {
        rest = null;
      } else {
        final int bucket = child.hash & (buckets.length - 1);
        Node previous = null;
        Node node = buckets[bucket];
        while (node != child) {
          previous = node;
          node = node.nextInBucket;
        }
        if (previous == null) {
          buckets[bucket] = child.nextInBucket;
        } else {
          previous.nextInBucket = child.nextInBucket;
        }
        childCount--;
      }
    }

    private Node first(final int wanted) {
      return buckets.length == 0 ? null : buckets[wanted & (buckets.length - 1)];
    }

    private boolean isToken(final DirectBuffer buffer, final int start, final int end) {
      if (end - start != tokenLength) {
        return false;
      }
      for (int i = 0; i < words.length; i++) {
        if (ByteScan.word(buffer, start + i * Long.BYTES, end) != words[i]) {
          return false;
        }
      }
      return true;
    }

    private void grow() {
      final Node[] larger = new Node[Math.max(FIRST_BUCKETS, buckets.length * 2)];
      for (final Node head : buckets) {
        Node node = head;
        while (node != null) {
          final Node next = node.nextInBucket;
          link(larger, node);
          node = next;
        }
      }
      buckets = larger;
    }

    private static void link(final Node[] into, final Node node) {
      final int bucket = node.hash & (into.length - 1);
      node.nextInBucket = into[bucket];
      into[bucket] = node;
    }

    private static Subscription[] append(
        final Subscription[] array, final int count, final Subscription subscription) {
      final Subscription[] roomy =
          count < array.length ? array : Arrays.copyOf(array, Math.max(2, count * 2));
      roomy[count] = subscription;
      subscription.place(count);
      return roomy;
    }

    private static boolean isAtItsPlace(
        final Subscription[] array, final int count, final Subscription subscription) {
      final int place = subscription.place();
      return place >= 0 && place < count && array[place] == subscription;
    }

    /** The last one takes its place: a client that leaves 100,000 on one subject costs no more. */
    private static void removeFrom(
        final Subscription[] array, final int last, final Subscription subscription) {
      final Subscription moved = array[last];
      array[subscription.place()] = moved;
      moved.place(subscription.place());
      array[last] = null;
      subscription.place(Subscription.NO_PLACE);
    }
  }
}
