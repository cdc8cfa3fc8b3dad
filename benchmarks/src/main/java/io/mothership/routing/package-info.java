/** Benchmarks of the subject trie. */
package io.mothership.routing;
