package dev.lorax.data;

/** A sample cannot be used; whoever knows its place says where it stands. */
final class Fault extends RuntimeException {
  private final Finding finding;

  /** Made for every bad line of a file, so it has no stack trace. */
  Fault(Finding finding, String detail) {
    super(detail.replaceAll("\\p{Cntrl}", " "), null, false, false);
    this.finding = finding;
  }

  Finding finding() {
    return finding;
  }
}
