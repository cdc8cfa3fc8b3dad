package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;

/** What is said of files that a newer version of the product has written. */
final class FormatVersion {
  private FormatVersion() {}

  /** Refuses a file that is whole and of a later version; anything else is looked at elsewhere. */
  static void refuseNewer(final String what, final int found, final int known) {
    if (found > known) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "JOURNAL_NEWER",
          what
              + " was written by a newer version of Open Mothership: version="
              + found
              + ", known="
              + known
              + "; nothing was changed. Install that version again, or restore a backup made before"
              + " it was installed");
    }
  }
}
