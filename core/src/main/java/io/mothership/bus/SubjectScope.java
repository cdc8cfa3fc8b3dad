package io.mothership.bus;

import io.mothership.frame.Slice;

/**
 * Which stored messages a session may reach by asking: the subjects that its requests to streams,
 * consumers and buckets are answered for.
 *
 * <p><i>Thread:</i> any, immutable. <i>Allocates:</i> nothing.
 */
public interface SubjectScope {
  /** No bounds: everybody who is not bound to organizations. */
  SubjectScope OPEN =
      new SubjectScope() {
        @Override
        public boolean isOpen() {
          return true;
        }

        @Override
        public boolean contains(final Slice subject) {
          return true;
        }

        @Override
        public boolean covers(final byte[] pattern) {
          return true;
        }

        @Override
        public boolean takes(final byte[] pattern) {
          return true;
        }

        @Override
        public boolean overlaps(final byte[] pattern) {
          return true;
        }

        @Override
        public boolean mayAddress(final byte[] subject) {
          return true;
        }
      };

  /** Whether there are no bounds, so that nothing else has to be asked. */
  boolean isOpen();

  /** Whether messages of a literal subject are within. */
  boolean contains(Slice subject);

  /** Whether all subjects that {@code pattern} names are within. */
  boolean covers(byte[] pattern);

  /** Whether messages of all these subjects may be taken out of a queue for good. */
  boolean takes(byte[] pattern);

  /** Whether any subject that {@code pattern} names is within. */
  boolean overlaps(byte[] pattern);

  /** Whether messages may be sent to {@code subject} on the session's behalf: its own inboxes. */
  boolean mayAddress(byte[] subject);
}
