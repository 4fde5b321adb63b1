package dev.lorax.elixir;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.elixir.Term.Atom;
import dev.lorax.elixir.Term.Binary;
import dev.lorax.elixir.Term.Dictionary;
import dev.lorax.elixir.Term.Large;
import dev.lorax.elixir.Term.Real;
import dev.lorax.elixir.Term.Sequence;
import dev.lorax.elixir.Term.Tuple;
import dev.lorax.elixir.Term.Whole;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads Erlang's external term format: data, and nothing that could be called.
 *
 * <p>Each length is compared with what is left before memory is taken for it. Source: Erlang's ERTS
 * user's guide, "External Term Format".
 */
final class ErlangTerms {
  /** Far more than the names and shapes of any model need. */
  static final int MOST_BYTES = 16 << 20;

  private static final int VERSION = 131;
  private static final int COMPRESSED = 80;
  private static final int DEEPEST = 64;
  private static final int NIL = 106;

  /** What is no data, and has no business in a file of parameters. */
  private static final Map<Integer, String> REFUSED =
      Map.ofEntries(
          Map.entry(82, "a cached atom"),
          Map.entry(88, "a process"),
          Map.entry(89, "a port"),
          Map.entry(90, "a reference"),
          Map.entry(99, "a number in the spelling of old Erlangs"),
          Map.entry(101, "a reference"),
          Map.entry(102, "a port"),
          Map.entry(103, "a process"),
          Map.entry(112, "a function"),
          Map.entry(113, "an exported function"),
          Map.entry(114, "a reference"),
          Map.entry(117, "a function"),
          Map.entry(120, "a port"),
          Map.entry(121, "a term of one machine"));

  private final Path file;
  private final ByteBuffer in; // big-endian
  private int depth;

  private ErlangTerms(Path file, ByteBuffer in) {
    this.file = file;
    this.in = in;
  }

  /**
   * The one term that those bytes hold.
   *
   * @throws CheckpointException if they hold less or more, or something that is no data
   */
  static Term read(Path file, byte[] bytes) {
    ErlangTerms terms = new ErlangTerms(file, ByteBuffer.wrap(bytes));
    if (terms.unsigned(1) != VERSION) {
      throw terms.fault("is not of version 131");
    }
    if (terms.in.hasRemaining() && bytes[1] == COMPRESSED) {
      terms = new ErlangTerms(file, ByteBuffer.wrap(terms.inflated()));
    }
    Term term = terms.term();
    if (terms.in.hasRemaining()) {
      throw terms.fault("goes on after its end");
    }
    return term;
  }

  /** Grows with what is really there, whatever size is announced. */
  private byte[] inflated() {
    in.get(); // the tag
    long announced = unsigned(4);
    if (announced > MOST_BYTES) {
      throw fault("unpacks to %d bytes, more than parameters need".formatted(announced));
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(in);
      byte[] part = new byte[8192];
      int count;
      while ((count = inflater.inflate(part)) > 0 && whole.size() <= announced) {
        whole.write(part, 0, count);
      }
      if (whole.size() != announced || !inflater.finished() || in.hasRemaining()) {
        throw fault("does not unpack to the %d bytes that it announces".formatted(announced));
      }
      return whole.toByteArray();
    } catch (DataFormatException bad) {
      throw fault("is packed in a broken way (%s)".formatted(bad.getMessage()));
    } finally {
      inflater.end();
    }
  }

  private Term term() {
    int tag = (int) unsigned(1);
    return switch (tag) {
      case 97 -> new Whole(unsigned(1));
      case 98 -> new Whole((int) unsigned(4));
      case 110 -> integer(unsigned(1));
      case 111 -> integer(unsigned(4));
      case 70 -> new Real(Double.longBitsToDouble(unsigned(8)));
      case 119 -> atom(unsigned(1), StandardCharsets.UTF_8);
      case 118 -> atom(unsigned(2), StandardCharsets.UTF_8);
      case 115 -> atom(unsigned(1), StandardCharsets.ISO_8859_1);
      case 100 -> atom(unsigned(2), StandardCharsets.ISO_8859_1);
      case 109 -> new Binary(bytes(unsigned(4)), Byte.SIZE);
      case 77 -> bits(unsigned(4));
      case 104 -> new Tuple(terms(unsigned(1)));
      case 105 -> new Tuple(terms(unsigned(4)));
      case NIL -> new Sequence(List.of());
      case 107 -> bytesAsList(unsigned(2));
      case 108 -> list(unsigned(4));
      case 116 -> dictionary(unsigned(4));
      default -> throw refusal(tag);
    };
  }

  private CheckpointException refusal(int tag) {
    String kind = REFUSED.get(tag);
    return fault(
        kind == null
            ? "has the unknown tag %d".formatted(tag)
            : "holds %s: refused".formatted(kind));
  }

  private Term integer(long length) {
    boolean negative = unsigned(1) != 0;
    byte[] little = bytes(length);
    byte[] big = new byte[little.length];
    for (int i = 0; i < big.length; i++) {
      big[i] = little[big.length - 1 - i];
    }
    BigInteger value = new BigInteger(negative ? -1 : 1, big.length == 0 ? new byte[1] : big);
    return value.bitLength() < Long.SIZE ? new Whole(value.longValue()) : new Large(value);
  }

  private Atom atom(long length, Charset charset) {
    return new Atom(new String(bytes(length), charset));
  }

  private Binary bits(long length) {
    int last = (int) unsigned(1);
    if (length == 0 || last < 1 || last > Byte.SIZE) {
      throw fault("has a bit string that ends with %d bits".formatted(last));
    }
    return new Binary(bytes(length), last);
  }

  private Sequence bytesAsList(long length) {
    List<Term> items = new ArrayList<>();
    for (byte item : bytes(length)) {
      items.add(new Whole(item & 0xff));
    }
    return new Sequence(items);
  }

  private Sequence list(long length) {
    List<Term> items = terms(length);
    if (unsigned(1) != NIL) {
      throw fault("has a list that does not end as one");
    }
    return new Sequence(items);
  }

  private Dictionary dictionary(long pairs) {
    List<Term> both = terms(2 * pairs);
    List<Term> keys = new ArrayList<>();
    List<Term> values = new ArrayList<>();
    for (int i = 0; i < both.size(); i += 2) {
      keys.add(both.get(i));
      values.add(both.get(i + 1));
    }
    return new Dictionary(keys, values);
  }

  private List<Term> terms(long count) {
    require(count); // each takes a byte at least
    if (++depth > DEEPEST) {
      throw fault("is nested more than %d deep".formatted(DEEPEST));
    }
    List<Term> items = new ArrayList<>(); // grows with what is there
    for (long i = 0; i < count; i++) {
      items.add(term());
    }
    depth--;
    return items;
  }

  private long unsigned(int count) {
    require(count);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << Byte.SIZE | in.get() & 0xff;
    }
    return value;
  }

  private byte[] bytes(long count) {
    require(count);
    byte[] bytes = new byte[(int) count];
    in.get(bytes);
    return bytes;
  }

  private void require(long count) {
    if (count > in.remaining()) {
      throw fault("announces %d, but only %d bytes follow".formatted(count, in.remaining()));
    }
  }

  private CheckpointException fault(String what) {
    String told = "its Erlang term %s, at byte %d of it: it is damaged, or not of Nx.serialize";
    return new CheckpointException(file, told.formatted(what, in.position()));
  }
}
