package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorax.HeapUse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that ask for more than tensors are refused in one line, and get nothing run or filled. */
class HostilePickleTest {
  private static final String NOTHING_WAS_RUN =
      ", which is none of the functions that tensors are made by; refused, and nothing was run:"
          + " use the model's safetensors, or save its state_dict() alone";

  @TempDir Path folder;

  // ---- code

  @ParameterizedTest
  @CsvSource({
    "posix,system",
    "os,system",
    "builtins,eval",
    "__builtin__,exec",
    "subprocess,Popen",
    "torch.storage,_load_from_bytes",
    "torch,load",
    "torch.jit._script,unpack",
    "numpy.core.multiarray,_reconstruct",
    "collections,OrderedDict.fromkeys"
  })
  void aFunctionThatTensorsDoNotNeedIsRefusedByName(String module, String name) {
    Path witness = folder.resolve("witness");
    PickleBytes pickle = pickle().global(module, name).raw('(').text("touch " + witness);
    assertThat(fault(pickle.raw('t', 'R')))
        .endsWith("asks to run '%s.%s'".formatted(module, name) + NOTHING_WAS_RUN);
    assertThat(witness).doesNotExist();
  }

  @Test
  void aFunctionNamedFromTheStackIsRefusedToo() {
    assertThat(fault(pickle().text("posix").text("system").raw(0x93)))
        .contains("asks to run 'posix.system'");
    assertThat(fault(pickle().raw('N').text("system").raw(0x93)))
        .contains("names a function by something else than texts");
  }

  @ParameterizedTest
  @ValueSource(ints = {'i', 'o', 0x81, 0x92, 0x82, 0x83, 0x84, 'P', 'I', 'F', 'S', 'V', 'U', 0xff})
  void opcodesThatMakeObjectsOrAreOldAreUnknown(int opcode) {
    assertThat(fault(pickle().raw(opcode)))
        .contains("has the opcode 0x%02x, which torch.save never needs".formatted(opcode));
  }

  @Test
  void theStateOfADictionaryIsDroppedAndOfAnythingElseRefused() {
    PickleBytes ordered = pickle().global("collections", "OrderedDict").raw(')', 'R', '}', 'b');
    assertThat(open(ordered.raw('.', ']').legacy())).isEmpty();
    assertThat(fault(pickle().raw(']', '}', 'b'))).contains("sets the state of something else");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "torch ComplexFloatStorage",
        "torch.storage UntypedStorage",
        "torch QInt8Storage",
        "torch._utils _rebuild_tensor_v3",
        "torch._utils _rebuild_qtensor"
      })
  void otherKindsOfTensorsAreNamed(String name) {
    String[] parts = name.split(" ");
    assertThat(fault(pickle().global(parts[0], parts[1])))
        .contains("holds a kind of tensor that is not read (%s.%s)".formatted(parts[0], parts[1]))
        .endsWith("convert it to one of [F64, F32, BF16, F16, I64, I32, I16, I8, U8, BOOL]");
  }

  // ---- bombs

  @Test
  void lengthsBeyondTheFileAllocateNothing() {
    assertThat(fault(pickle().raw('X').number(4, 0xffffffffL))).contains("announces 4294967295");
    assertThat(fault(pickle().raw('B').number(4, 1 << 30))).contains("announces 1073741824");
    assertThat(fault(pickle().raw(0x8d).number(8, -1))).contains("18446744073709551615 bytes");
    assertThat(fault(pickle().raw(0x8e).number(8, 1L << 40))).contains("announces 1099511627776");
    assertThat(fault(pickle().raw(0x96).number(8, 1 << 31))).contains("announces");
    assertThat(fault(pickle().raw(0x8b).number(4, 0x7fffffff))).contains("number of 2147483647");
    assertThat(fault(pickle().ascii("c" + "x".repeat(2000)))).contains("name of over 1000");
  }

  @Test
  void placesInTheMemoAreGivenInOrder() {
    assertThat(fault(pickle().raw('N', 'r').number(4, 0xfffffff0L)))
        .contains("memorizes a value out of order");
    assertThat(fault(pickle().raw('h', 0))).contains("recalls a value that it has not memorized");
  }

  @Test
  void deepNestingIsReadAndNotWalked() {
    PickleBytes deep = pickle().raw(')');
    for (int i = 0; i < 300_000; i++) {
      deep.raw(0x85);
    }
    assertThat(fault(deep)).contains("holds a list, no dictionary of tensors");
    assertThat(fault(pickle().raw(']', 'q', 0, 'h', 0, 'a'))).contains("holds a list");
  }

  @Test
  void keysThatTakeForeverToHashAreRefused() {
    PickleBytes doubling = pickle().raw('}', ')', 'q', 0);
    for (int i = 0; i < 60; i++) {
      doubling.raw('h', 0, 0x86, 'q', 0);
    }
    assertThat(fault(doubling.raw('N', 's'))).contains("neither a text nor a whole number");
  }

  @Test
  void programsThatAreTooLongStop() {
    PickleBytes long2 = pickle();
    for (int i = 0; i < 1_000_001; i++) {
      long2.raw('N', '0');
    }
    assertThat(fault(long2)).contains("has over 2 million steps");
  }

  @Test
  void picklesThatAreTooLargeAreNotRead() throws IOException {
    Path file = write(pickle().raw('B').number(4, 33 << 20).legacy());
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(64 << 20);
    }
    assertThat(fault(file)).contains("is longer than 32 MiB, more than tensors need");
  }

  // ---- stack

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "0", "N0", "(N0", "t", "R", "NNR", "N)R", "a", "NNa", "(e", "s", "}Ns", "}(Nu", "(u",
        "b", "NNs", "Q", "NQ", "]Q", "q\0", "(q\0", "c\n\n)R", "}}N", "}(NNu", "}K\1Ns", "]", "N"
      })
  void nonsenseIsTold(String opcodes) {
    assertThat(fault(pickle().ascii(opcodes))).contains("fuzz.bin: ");
  }

  @Test
  void aKeyThatOccursTwiceIsRefused() {
    assertThat(fault(pickle().raw('}').text("a").raw('N', 's').text("a").raw('N', 's')))
        .contains("has a key twice in a dictionary");
  }

  // ---- tensors

  @ParameterizedTest
  @CsvSource({
    "4, 0, 5, 1",
    "4, 1, 4, 1",
    "4, 0, 2, 4",
    "4, 0, 8, 0",
    "4, 0, 9223372036854775807, 9223372036854775807",
    "4, 9223372036854775807, 1, 1",
    "0, 0, 1, 1"
  })
  void viewsBeyondTheirStorageAreRefused(long elements, long offset, long length, long stride) {
    long[] shape = {length};
    assertThat(fault(pickle().tensor(elements, offset, shape, stride)))
        .contains("has a tensor F32[%d]".formatted(length))
        .contains("that does not fit its storage of " + elements);
  }

  @Test
  void absurdLengthsBesideAnEmptyDimensionAreRefused() {
    long[] shape = {0, 1L << 40, 1L << 40};
    assertThat(fault(pickle().tensor(4, 0, shape, 1, 1, 1))).contains("that does not fit");
  }

  @Test
  void negativeAndMissingNumbersAreRefused() {
    assertThat(fault(pickle().tensor(4, 0, new long[] {-1}, 1))).contains("in an unknown way");
    assertThat(fault(pickle().tensor(4, 0, new long[] {1}, -1))).contains("in an unknown way");
    assertThat(fault(pickle().tensor(4, -1, new long[] {1}, 1))).contains("in an unknown way");
    assertThat(fault(pickle().tensor(4, 0, new long[] {1}, 1, 1))).contains("in an unknown way");
    assertThat(fault(pickle().tensor(4, 0, new long[65], new long[65])))
        .contains("in an unknown way");
    assertThat(fault(pickle().storage("FloatStorage", "0", -1)))
        .contains("refers to something else than a storage");
  }

  @Test
  void oneStorageCannotBeTwoThings() {
    PickleBytes two = pickle().storage("FloatStorage", "0", 4).storage("HalfStorage", "0", 8);
    assertThat(fault(two)).contains("describes the storage '0' in two ways");
  }

  @Test
  void whatIsNoTensorIsNamed() {
    assertThat(fault(pickle().raw('}').text("epoch").raw('K', 3, 's')))
        .endsWith(
            "holds the value '3' at 'epoch', where only tensors are read: save a state_dict()"
                + " alone");
    assertThat(fault(pickle().raw('}', 'K', 3, '}', 's'))).contains("holds a dictionary at '3'");
  }

  // ---- helpers

  static PickleBytes pickle() {
    return new PickleBytes().raw(0x80, 2);
  }

  private String fault(PickleBytes pickle) {
    return fault(write(pickle.legacy()));
  }

  private static String fault(Path file) {
    long before = HeapUse.allocated();
    CheckpointException fault =
        catchThrowableOfType(CheckpointException.class, () -> Weights.openFile(file).close());
    assertThat(HeapUse.allocated() - before).isLessThan(400L << 20);
    assertThat(fault).isNotNull();
    assertThat(fault.getMessage()).startsWith(file.toString()).doesNotContain("\n");
    return fault.getMessage();
  }

  private Stream<String> open(byte[] content) {
    try (Weights weights = Weights.openFile(write(content))) {
      return weights.names().stream();
    }
  }

  private Path write(byte[] content) {
    return RawFile.write(folder.resolve("fuzz.bin"), content);
  }
}
