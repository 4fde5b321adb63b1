package dev.lorax.jinja;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Python's range, no longer than Jinja's sandbox allows. */
final class Range extends AbstractList<Object> implements RandomAccess {
  private static final long LONGEST = 100_000;

  private final long start;
  private final long stop;
  private final long step;
  private final int size;

  Range(long start, long stop, long step) {
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    long count = count(start, stop, step);
    if (count > LONGEST) {
      throw new TemplateException(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (%d)."
              .formatted(LONGEST));
    }
    this.size = (int) count;
  }

  private static long count(long start, long stop, long step) {
    try {
      long span = Math.subtractExact(stop, start);
      long sign = Long.signum(step);
      return Long.signum(span) == sign ? (span - sign) / step + 1 : 0;
    } catch (ArithmeticException overflow) {
      throw Numbers.tooLarge();
    }
  }

  @Override
  public Object get(int index) {
    return start + index * step;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public String toString() {
    String end = step == 1 ? ")" : ", " + step + ")";
    return "range(" + start + ", " + stop + end;
  }
}
