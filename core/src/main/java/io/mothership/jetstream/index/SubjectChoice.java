package io.mothership.jetstream.index;

/**
 * The subjects of a stream that a filter wants, if they are few: found once, bit by bit, and kept
 * up to date as subjects come and go.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> nothing after construction.
 */
public final class SubjectChoice {
  private static final int MAX = 16;

  /** Ids looked at for the cost of one whose subject is compared. */
  private static final int GLANCES = 8;

  private final SubjectTable subjects;
  private final SubjectFilter filter;
  private final int[] ids = new int[MAX];
  private final int[] versions = new int[MAX];
  private int count;
  private boolean isMany;
  private int nextId;

  /** Of the table, when the search under way began, and when the one before did. */
  private int version = -1;

  private int versionBefore;

  public SubjectChoice(final SubjectTable subjects, final SubjectFilter filter) {
    this.subjects = subjects;
    this.filter = filter;
    this.isMany = filter.isAll();
  }

  /**
   * Goes on searching.
   *
   * @param budget subjects to look at, at most
   * @return what is left of it; 0 = not finished, or just so
   */
  public int search(final int budget) {
    if (isMany) {
      return budget;
    }
    if (version != subjects.lastVersion() && nextId >= subjects.idLimit() || version < 0) {
      // Numbers begin anew after very many subjects: then all are new.
      versionBefore = subjects.lastVersion() < version ? 0 : Math.max(0, version);
      version = subjects.lastVersion();
      nextId = 0;
    }
    int left = budget * GLANCES;
    while (nextId < subjects.idLimit() && left > 0 && !isMany) {
      left--;
      if (subjects.count(nextId) > 0
          && subjects.version(nextId) > versionBefore
          && filter.matchesOnce(nextId)) {
        left -= GLANCES;
        add(nextId);
      }
      nextId++;
    }
    return Math.max(0, left / GLANCES);
  }

  private void add(final int id) {
    for (int i = count - 1; i >= 0; i--) {
      if (ids[i] == id || !isHeld(i)) {
        remove(i);
      }
    }
    if (count == MAX) {
      isMany = true;
      return;
    }
    ids[count] = id;
    versions[count] = subjects.version(id);
    count++;
  }

  private void remove(final int index) {
    count--;
    ids[index] = ids[count];
    versions[index] = versions[count];
  }

  /** Whether {@link #count} and {@link #id} tell all that are wanted. */
  public boolean isKnown() {
    return !isMany && nextId >= subjects.idLimit() && version == subjects.lastVersion();
  }

  public int count() {
    return count;
  }

  public int id(final int index) {
    return ids[index];
  }

  /** Whether the subject still has messages. */
  public boolean isHeld(final int index) {
    return subjects.count(ids[index]) > 0 && subjects.version(ids[index]) == versions[index];
  }
}
