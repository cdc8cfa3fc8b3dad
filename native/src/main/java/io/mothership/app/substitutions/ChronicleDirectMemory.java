package io.mothership.app.substitutions;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * Chronicle asks the JDK's internal {@code VM} class for the limit of direct memory by reflection.
 * An image has no such field; the answer would be 0, and Chronicle then takes another, wrong path
 * for reading strings.
 */
@TargetClass(className = "net.openhft.chronicle.core.Jvm$MaxMemoryHolder")
final class ChronicleDirectMemory {
  private ChronicleDirectMemory() {}

  @Substitute
  static long maxDirectMemory0() {
    return Runtime.getRuntime().maxMemory();
  }
}
