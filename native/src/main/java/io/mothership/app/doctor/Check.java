package io.mothership.app.doctor;

import java.io.IOException;
import java.util.List;

/** Looks at one side of an appliance. */
interface Check {

  /** What is looked at, in a word or two. */
  String name();

  /** Looks; at least one finding. */
  List<Finding> findings(Examination examination) throws IOException;
}
