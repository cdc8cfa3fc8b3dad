package io.mothership.app.substitutions;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/**
 * Chronicle pauses through a method handle, which in an image allocates at each call. Its clock's
 * static initializer pauses for 5 ms, and what that leaves behind has the heap collected in the
 * middle of a start.
 */
@TargetClass(className = "net.openhft.chronicle.core.Jvm")
final class ChroniclePause {
  private ChroniclePause() {}

  @Substitute
  static void nanoPause() {
    Thread.onSpinWait();
  }
}
