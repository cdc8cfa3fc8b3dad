package io.mothership.transport.http;

/** Decides on a request of one route before its body is read, and before it is asked for. */
@FunctionalInterface
public interface Gate {
  /** Lets everybody in; such a route costs no thread before its body is there. */
  Gate OPEN = request -> Verdict.admitted();

  /**
   * Looks at method, path, headers and peer; the body is empty here.
   *
   * <p><i>Thread:</i> a virtual thread; may block. What it throws becomes a 500 and is logged.
   */
  Verdict admit(HttpRequestView request) throws Exception;

  /** What a gate has decided. */
  sealed interface Verdict {

    /**
     * The body is read, then the handler runs.
     *
     * @param attachment what the gate found out, for {@link HttpRequestView#attachment}
     */
    record Admitted(Object attachment) implements Verdict {}

    /** This is the answer; nobody reads the body. */
    record Refused(HttpResponse response) implements Verdict {}

    static Verdict admitted() {
      return new Admitted(HttpRequestView.NO_ATTACHMENT);
    }

    static Verdict admitted(final Object attachment) {
      return new Admitted(attachment);
    }

    static Verdict refused(final HttpResponse response) {
      return new Refused(response);
    }
  }
}
