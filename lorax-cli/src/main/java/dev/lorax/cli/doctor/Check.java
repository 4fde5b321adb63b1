package dev.lorax.cli.doctor;

import java.util.List;

/** One thing that goes wrong with runs; none of it is trained or written. */
@FunctionalInterface
interface Check {
  /** What is to be said about it; nothing where it does not apply or was not looked at. */
  List<Diagnosis> of(Case run);
}
