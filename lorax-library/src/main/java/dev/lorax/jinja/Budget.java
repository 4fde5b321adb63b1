package dev.lorax.jinja;

import java.util.function.Supplier;

/**
 * How much one rendering may do, so that no template holds up or brings down the program that
 * renders it.
 *
 * <ul>
 *   <li>{@value #MOST_STEPS} steps. A step is an expression, an operator, a statement, an item that
 *       is gone through or copied, or {@value #READ_IN_A_STEP} characters that are read.
 *   <li>{@value #MOST_CHARACTERS} characters (UTF-16 units) in all the texts that are made on the
 *       way, of which the rendered one is the last. What is taken does not come back: all that the
 *       texts hold in memory is less.
 *   <li>{@value #DEEPEST} levels of blocks, calls and values within each other.
 * </ul>
 *
 * <p>A published template takes some hundred steps for a message. The current thread knows its
 * budget, for methods, filters and operators are functions of values alone.
 */
final class Budget {
  static final int MOST_STEPS = 10_000_000;
  static final int MOST_CHARACTERS = 100_000_000;
  static final int DEEPEST = 300;
  static final int READ_IN_A_STEP = 32;

  private static final ThreadLocal<Budget> CURRENT = new ThreadLocal<>();

  private long steps;
  private long characters;
  private int depth;
  private int line;

  /** A rendering with this budget; its failures, whatever they are, are told with their line. */
  <T> T spend(Supplier<T> rendering) {
    Budget outer = CURRENT.get();
    CURRENT.set(this);
    try {
      return rendering.get();
    } catch (RuntimeException | StackOverflowError e) {
      throw TemplateException.of(e, line);
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  /** One step at a line of the template. */
  <T> T step(int here, Supplier<T> action) {
    line = here;
    try {
      return deeper(action);
    } catch (RuntimeException e) {
      throw TemplateException.of(e, here);
    }
  }

  private <T> T deeper(Supplier<T> action) {
    take(1);
    if (depth == DEEPEST) {
      throw new TemplateException(
          "blocks, calls or values lie more than %d deep in each other".formatted(DEEPEST));
    }
    depth++;
    try {
      return action.get();
    } finally {
      depth--;
    }
  }

  private void take(long count) {
    steps += count;
    if (steps > MOST_STEPS) {
      throw new TemplateException("the template does more than %,d steps".formatted(MOST_STEPS));
    }
  }

  private void checkRoom(long more) {
    if (characters + more > MOST_CHARACTERS) {
      throw new TemplateException(
          "the template makes texts of more than %,d characters".formatted(MOST_CHARACTERS));
    }
  }

  /** That of the rendering in which this is called; elsewhere a new one. */
  private static Budget current() {
    Budget current = CURRENT.get();
    return current == null ? new Budget() : current;
  }

  /** Takes a number of steps. */
  static void steps(long count) {
    current().take(count);
  }

  /** One step, which looks into a value. */
  static <T> T nested(Supplier<T> action) {
    return current().deeper(action);
  }

  /** An error unless a text of that length can still be made. */
  static void room(long length) {
    current().checkRoom(length);
  }

  /** Takes the characters of a value, if it is a text that has been made. */
  static <T> T made(T value) {
    String text = Values.text(value);
    if (text != null) {
      Budget budget = current();
      budget.checkRoom(text.length());
      budget.characters += text.length();
    }
    return value;
  }

  /** Takes the steps to read a value, if it is a text. */
  static void read(Object value) {
    String text = Values.text(value);
    if (text != null) {
      steps(text.length() / READ_IN_A_STEP);
    }
  }
}
