package dev.lorax.elixir;

import static dev.lorax.elixir.NxBytes.bytes;
import static dev.lorax.elixir.NxBytes.int4;
import static dev.lorax.elixir.NxBytes.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorax.HeapUse;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.elixir.Term.Atom;
import dev.lorax.elixir.Term.Binary;
import dev.lorax.elixir.Term.Dictionary;
import dev.lorax.elixir.Term.Large;
import dev.lorax.elixir.Term.Real;
import dev.lorax.elixir.Term.Sequence;
import dev.lorax.elixir.Term.Tuple;
import dev.lorax.elixir.Term.Whole;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes by hand, from the specification of the external term format. */
class ErlangTermsTest {
  @Test
  void wholeNumbersOfEverySize() {
    assertThat(read(97, 200)).isEqualTo(new Whole(200));
    assertThat(read(98, 255, 255, 255, 254)).isEqualTo(new Whole(-2));
    assertThat(read(110, 4, 0, 0, 0, 0, 128)).isEqualTo(new Whole(1L << 31));
    assertThat(read(110, 1, 1, 5)).isEqualTo(new Whole(-5));
    assertThat(read(110, 0, 0)).isEqualTo(new Whole(0));
    assertThat(read(110, 8, 1, 0, 0, 0, 0, 0, 0, 0, 128)).isEqualTo(new Whole(Long.MIN_VALUE));
    assertThat(read(111, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))
        .isEqualTo(new Large(BigInteger.ONE.shiftLeft(64)));
  }

  @Test
  void atomsInAllFourSpellings() {
    assertThat(read(119, 2, 'o', 'k')).isEqualTo(new Atom("ok"));
    assertThat(read(118, 0, 2, 0xc3, 0xa9)).isEqualTo(new Atom("é"));
    assertThat(read(115, 1, 0xe9)).isEqualTo(new Atom("é"));
    assertThat(read(100, 0, 3, 'n', 'i', 'l')).isEqualTo(new Atom("nil"));
  }

  @Test
  void tuplesAndLists() {
    Term one = new Whole(1);
    assertThat(read(104, 0)).isEqualTo(new Tuple(List.of()));
    assertThat(read(104, 2, 97, 1, 106))
        .isEqualTo(new Tuple(List.of(one, new Sequence(List.of()))));
    assertThat(read(105, 0, 0, 0, 1, 97, 1)).isEqualTo(new Tuple(List.of(one)));
    assertThat(read(108, 0, 0, 0, 1, 97, 1, 106)).isEqualTo(new Sequence(List.of(one)));
    assertThat(read(107, 0, 2, 1, 255)).isEqualTo(new Sequence(List.of(one, new Whole(255))));
  }

  @Test
  void realNumbersAndMaps() {
    assertThat(read(70, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)).isEqualTo(new Real(1.5));
    assertThat(read(116, 0, 0, 0, 1, 119, 1, 'a', 97, 1))
        .isEqualTo(new Dictionary(List.of(new Atom("a")), List.of(new Whole(1))));
  }

  @Test
  void bytesAndBits() {
    assertThat(((Binary) read(109, 0, 0, 0, 2, 0xc3, 0xa9)).text()).isEqualTo("é");
    Binary bits = (Binary) read(77, 0, 0, 0, 1, 1, 128); // <<1:1>>
    assertThat(bits.lastBits()).isEqualTo(1);
    assertThat(bits.bytes()).containsExactly(128);
  }

  @Test
  void compressedTermsAreUnpacked() {
    byte[] plain = bytes(109, 0, 0, 3, 232);
    byte[] term = Arrays.copyOf(plain, 1005);
    assertThat(((Binary) packed(term, term.length)).bytes()).hasSize(1000);
    for (int wrong : new int[] {0, 1004, 1006, 1 << 24}) {
      assertThat(fault(packedBytes(term, wrong)))
          .contains("does not unpack to the %d".formatted(wrong));
    }
    assertThat(fault(packedBytes(term, -1))).contains("unpacks to 4294967295 bytes, more than");
    assertThat(fault(bytes(131, 80, 0, 0, 0, 1, 9, 9, 9))).contains("is packed in a broken way");
  }

  @Test
  void aBombIsNotUnpackedBeyondWhatItAnnounces() {
    byte[] bomb = packedBytes(new byte[16 << 20], 10);
    fault(bytes(131, 7)); // loads classes before memory is counted
    long before = HeapUse.allocated();
    assertThat(fault(bomb)).contains("does not unpack to the 10 bytes");
    assertThat(HeapUse.allocated() - before).isLessThan(1 << 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {82, 88, 89, 90, 99, 101, 102, 103, 112, 113, 114, 117, 120, 121})
  void whatIsNoDataIsRefusedByName(int tag) {
    assertThat(fault(bytes(131, tag))).contains("holds a").contains(": refused");
  }

  @Test
  void unknownTagsAreTold() {
    assertThat(fault(bytes(131, 7))).contains("has the unknown tag 7, at byte 2 of it");
    assertThat(fault(bytes(131, 80, 0, 0, 0, 0))).contains("does not unpack");
  }

  @ParameterizedTest
  @ValueSource(ints = {105, 108, 109, 111, 116})
  void lengthsBeyondTheEndAllocateNothing(int tag) {
    fault(bytes(131, 7)); // loads classes before memory is counted
    long before = HeapUse.allocated();
    assertThat(fault(join(bytes(131, tag), int4(-1), bytes(0, 0)))).contains("bytes follow");
    assertThat(HeapUse.allocated() - before).isLessThan(1 << 20);
  }

  @Test
  void nestingHasAnEnd() {
    byte[] deep = new byte[2 * 100_000];
    for (int i = 0; i < deep.length; i += 2) {
      deep[i] = 104;
      deep[i + 1] = 1;
    }
    assertThat(fault(join(bytes(131), deep))).contains("is nested more than 64 deep");
  }

  @Test
  void cutAndLongTermsAreTold() {
    byte[] whole = bytes(131, 108, 0, 0, 0, 1, 110, 1, 1, 5, 106);
    for (int length = 0; length < whole.length; length++) {
      assertThat(fault(Arrays.copyOf(whole, length))).contains("bytes follow");
    }
    assertThat(fault(join(whole, bytes(106)))).contains("goes on after its end");
    assertThat(fault(bytes(130, 106))).contains("is not of version 131");
    assertThat(fault(bytes(131, 108, 0, 0, 0, 1, 97, 1, 97, 2))).contains("does not end as one");
    assertThat(fault(bytes(131, 77, 0, 0, 0, 1, 9, 1))).contains("ends with 9 bits");
  }

  private static Term packed(byte[] term, int announced) {
    return ErlangTerms.read(Path.of("p.lorax"), packedBytes(term, announced));
  }

  private static byte[] packedBytes(byte[] term, int announced) {
    Deflater deflater = new Deflater(9);
    deflater.setInput(term);
    deflater.finish();
    byte[] packed = new byte[term.length / 100 + 1000];
    int count = deflater.deflate(packed);
    deflater.end();
    return join(bytes(131, 80), int4(announced), Arrays.copyOf(packed, count));
  }

  private static Term read(int... term) {
    return ErlangTerms.read(Path.of("p.lorax"), join(bytes(131), bytes(term)));
  }

  private static String fault(byte[] term) {
    CheckpointException fault =
        catchThrowableOfType(
            CheckpointException.class, () -> ErlangTerms.read(Path.of("p.lorax"), term));
    assertThat(fault).isNotNull();
    assertThat(fault).hasMessageStartingWith("p.lorax: its Erlang term ");
    return fault.getMessage();
  }
}
