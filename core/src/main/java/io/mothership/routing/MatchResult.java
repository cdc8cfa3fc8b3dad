package io.mothership.routing;

import java.util.Arrays;

/**
 * Who listens to one subject: single subscriptions, and queue groups of which one member each is to
 * be chosen. Refilled for every message.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> only while it grows.
 */
public final class MatchResult {
  private Subscription[] plain = new Subscription[8];
  private int plainCount;
  private Group[] groups = new Group[2];
  private int groupCount;

  void clear() {
    plainCount = 0;
    for (int i = 0; i < groupCount; i++) {
      groups[i].count = 0;
    }
    groupCount = 0;
  }

  void addPlain(final Subscription[] subscriptions, final int count) {
    if (plainCount + count > plain.length) {
      plain = Arrays.copyOf(plain, Math.max(plain.length * 2, plainCount + count));
    }
    System.arraycopy(subscriptions, 0, plain, plainCount, count);
    plainCount += count;
  }

  /** Groups of the same name join, whatever pattern each member listens to. */
  void addQueueMember(final Subscription member) {
    for (int i = 0; i < groupCount; i++) {
      if (Arrays.equals(groups[i].members[0].queue(), member.queue())) {
        groups[i].add(member);
        return;
      }
    }
    if (groupCount == groups.length) {
      groups = Arrays.copyOf(groups, groups.length * 2);
    }
    if (groups[groupCount] == null) {
      groups[groupCount] = new Group();
    }
    groups[groupCount++].add(member);
  }

  public int plainCount() {
    return plainCount;
  }

  public Subscription plain(final int index) {
    return plain[index];
  }

  public int groupCount() {
    return groupCount;
  }

  public int memberCount(final int group) {
    return groups[group].count;
  }

  public Subscription member(final int group, final int index) {
    return groups[group].members[index];
  }

  /** Whether a group is among them; an empty name stands for whoever is in none. */
  public boolean isAnyOf(final byte[] group) {
    if (group.length == 0) {
      return plainCount > 0;
    }
    for (int i = 0; i < groupCount; i++) {
      if (Arrays.equals(groups[i].members[0].queue(), group)) {
        return true;
      }
    }
    return false;
  }

  public boolean isEmpty() {
    return plainCount == 0 && groupCount == 0;
  }

  private static final class Group {
    private Subscription[] members = new Subscription[4];
    private int count;

    void add(final Subscription member) {
      if (count == members.length) {
        members = Arrays.copyOf(members, count * 2);
      }
      members[count++] = member;
    }
  }
}
