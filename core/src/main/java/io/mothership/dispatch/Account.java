package io.mothership.dispatch;

import io.mothership.routing.SubjectTrie;

/** What belongs to one account: for now its subjects. Owned by ms-dispatch. */
final class Account {
  private final SubjectTrie trie = new SubjectTrie();

  SubjectTrie trie() {
    return trie;
  }
}
