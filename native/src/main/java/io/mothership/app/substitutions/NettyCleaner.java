package io.mothership.app.substitutions;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * On JDK 25 Netty frees direct memory by closing shared arenas, and finds out at class
 * initialization, which for an image is build time, that it can. An image without shared-arena
 * support cannot: the first buffer freed would end in an error. With {@code false} Netty takes its
 * older way through Unsafe.
 */
@TargetClass(className = "io.netty.util.internal.CleanerJava25")
final class NettyCleaner {
  private NettyCleaner() {}

  @Substitute
  static boolean isSupported() {
    return false;
  }
}
