package io.mothership.app.doctor;

import io.mothership.storage.recovery.Damage;
import io.mothership.storage.recovery.JournalVerification;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whether every record of the journal can be read. */
final class JournalCheck implements Check {
  private static final String NAME = "journal";
  private static final int RANGES_SHOWN_MAX = 8;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    final JournalSurvey survey = examination.survey();
    if (survey.verification().isEmpty()) {
      return List.of(Finding.ok(NAME, "none yet in " + examination.folder()));
    }
    final JournalVerification found = survey.verification().get();
    final List<Finding> findings = new ArrayList<>();
    final List<Damage> damage = found.damage();
    for (int i = 0; i < Math.min(damage.size(), RANGES_SHOWN_MAX); i++) {
      findings.add(
          Finding.fail(
              NAME,
              "damaged: " + damage.get(i),
              "mothership journal verify "
                  + examination.folder()
                  + " lists all of it; everything else is still served. Look at the disk's"
                  + " health, and restore what is missing from a backup."));
    }
    if (damage.size() > RANGES_SHOWN_MAX) {
      findings.add(
          Finding.fail(
              NAME,
              damage.size() - RANGES_SHOWN_MAX + " more damaged ranges",
              "mothership journal verify " + examination.folder() + " lists them."));
    }
    if (found.damagedCheckpoints() > 0) {
      findings.add(
          Finding.warn(
              NAME,
              found.damagedCheckpoints() + " damaged checkpoints, " + found.checkpoints() + " good",
              "None is needed: the next start reads more of the journal and makes a new one."));
    }
    final String read =
        found.frames()
            + " records read of "
            + found.segments()
            + (survey.isWhole() ? "" : " newest of " + survey.segments())
            + " segments ("
            + Amounts.bytes(survey.bytes())
            + "), last stop "
            + (found.isClean()
                ? "clean"
                : examination.owner().isPresent() ? "none: it runs" : "unclean")
            + (found.unfinishedBytes() > 0
                ? ", " + found.unfinishedBytes() + " bytes unfinished at the end"
                : "")
            + (survey.isWhole() ? "" : "; --deep reads all");
    if (damage.isEmpty()) {
      findings.add(Finding.ok(NAME, read + ", no damage"));
    }
    return findings;
  }
}
