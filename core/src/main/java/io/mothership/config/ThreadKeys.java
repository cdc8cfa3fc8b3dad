package io.mothership.config;

import java.util.List;

/** Threads and the rings between them. */
public final class ThreadKeys {
  private static final KeyRows ROWS = new KeyRows();

  public static final ConfigKey MODE =
      ROWS.choice("threading.mode", "auto", "shared", "dedicated")
          .byDefault("auto")
          .doc(
              "`shared`: the dispatcher runs in the one event loop; `dedicated`: on its own thread;"
                  + " `auto`: dedicated from three processors on.");

  public static final ConfigKey IO_THREADS =
      ROWS.count("threading.io_threads")
          .byDefault("0")
          .range(0, 256)
          .doc(
              "Event loops for sockets; 0 = one up to four processors, then a quarter of them. One"
                  + " if shared.");

  public static final ConfigKey INGRESS_CAPACITY =
      ROWS.size("rings.ingress")
          .byDefault("1MB")
          .range(1L << 19, 1L << 28)
          .doc("Ring into the dispatcher; a power of two.");

  public static final ConfigKey JOURNAL_CAPACITY =
      ROWS.size("rings.journal")
          .byDefault("0")
          .range(0, 1L << 30)
          .doc(
              "Ring to the journal, which is the window of recent messages in memory too; a power"
                  + " of two. 0 = 4MB, or 3 times the longest record if that is more.");

  private ThreadKeys() {}

  static List<ConfigKey> rows() {
    return ROWS.keys();
  }
}
