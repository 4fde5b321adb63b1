package dev.lorax.elixir;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A value of Erlang, as far as files hold any. */
sealed interface Term {
  /** A name that stands for itself. */
  record Atom(String name) implements Term {}

  /** A whole number of 64 bits. */
  record Whole(long value) implements Term {}

  /** A whole number that needs more. */
  record Large(BigInteger value) implements Term {}

  /** A floating-point number. */
  record Real(double value) implements Term {}

  /**
   * Bytes, texts among them.
   *
   * @param lastBits how many bits of the last byte count, from the highest on
   */
  record Binary(byte[] bytes, int lastBits) implements Term {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Terms of a fixed number. */
  record Tuple(List<Term> items) implements Term {}

  /** A list that ends as lists do. */
  record Sequence(List<Term> items) implements Term {}

  /** Keys and their values, at the same places; not a hash table, which a file could make slow. */
  record Dictionary(List<Term> keys, List<Term> values) implements Term {}

  /** Whether it is that atom. */
  default boolean is(String atom) {
    return this instanceof Atom found && found.name().equals(atom);
  }

  /** What kind of value it is, for messages. */
  default String kind() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
