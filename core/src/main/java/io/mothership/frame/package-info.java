/**
 * A message as bytes: slices and views of its parts, the frame that ring, journal and readers
 * share, its checksum, and the mark of code that handles them without making objects.
 *
 * <p>Flyweights over somebody else's buffer, each for one thread. Knows no ring, no journal and no
 * subjects' meaning, and uses no other package.
 */
package io.mothership.frame;
