package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorax.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong around the pickle, in the zip or behind it, is one line too. */
class TorchFaultsTest {
  private static final byte[] ONE = {0, 0, (byte) 0x80, 0x3f};

  @TempDir Path folder;

  @Test
  void theSmallestFilesAreRead() {
    try (Weights zip = Weights.openFile(write(zip().stored("m/data/0", ONE).file()))) {
      assertThat(zip.names()).containsExactly("t");
      assertThat(zip).hasToString(folder.resolve("model.bin") + " (1 tensors)");
    }
    try (Weights large = Weights.openFile(write(zip().large("m/data/0", ONE).file()));
        Tensor t = large.get("t")) {
      assertThat(t.item()).isEqualTo(1);
    }
    Path legacy = write(one().raw('.', ']').text("0").ascii("a").legacy(legacy(1, ONE)));
    try (Weights plain = Weights.openFile(legacy)) {
      assertThat(plain.names()).containsExactly("t");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "legacy.bin"})
  void everyCutIsTold(String name) throws IOException {
    byte[] valid = Files.readAllBytes(Golden.folder("torch").resolve(name));
    for (int length = 0; length < valid.length; length += 3) {
      assertThat(fault(Arrays.copyOf(valid, length)))
          .containsAnyOf("the download was cut", "or damaged; fetch it again");
    }
  }

  @Test
  void filesOfOtherKindsAreTold() throws IOException {
    assertThat(fault("hello, world".getBytes())).contains("is neither a zip nor a pickle");
    assertThat(fault(new byte[0])).contains("is neither a zip nor a pickle");
    assertThat(fault("version https://git-lfs".getBytes())).contains("is a Git LFS pointer");
    assertThat(fault(new PickleBytes().raw(0x80, 4, 'N', '.').pickle()))
        .endsWith("is a pickle, but none that torch.save wrote");
    assertThat(fault(new ZipBytes().stored("word/document.xml", ONE).file()))
        .endsWith("is a zip without data.pkl: no file of torch.save");
    assertThat(fault(folder)).endsWith("is a folder: name a file of PyTorch");
    assertThat(fault(folder.resolve("no.bin"))).endsWith("no such file: check the path");
  }

  // ---- zip

  @Test
  void entriesThatAreNotThereOrOfAnotherSizeAreNamed() {
    assertThat(fault(zip().file())).contains("it holds no entry 'm/data/0'");
    assertThat(fault(zip().stored("m/data/0", new byte[5]).file()))
        .contains("its storage '0' has 5 bytes instead of 4");
    assertThat(fault(zip().stored("m/data/0", ONE).stored("m/data/0", ONE).file()))
        .contains("it holds the entry 'm/data/0' twice");
    assertThat(fault(zip().pointer("m/data/0", 0, 4, 4, 1 << 30).file()))
        .contains("its entry 'm/data/0' is not where it should be");
    assertThat(fault(zip().pointer("m/data/0", 0, 4, 4, 7).file()))
        .contains("its entry 'm/data/0' is not where it should be");
  }

  @Test
  void compressedEntriesAreNeverInflated() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed, new Deflater(9, true))) {
      out.write(new byte[1 << 24]);
    }
    byte[] bomb = packed.toByteArray();
    assertThat(fault(new ZipBytes().entry("m/data.pkl", 8, bomb, 1 << 24).file()))
        .endsWith(
            "its entry 'm/data.pkl' is compressed or encrypted, which PyTorch never does:"
                + " refused");
    assertThat(fault(zip().entry("m/data/0", 8, bomb, 1 << 24).file())).contains("is compressed");
  }

  @Test
  void storagesThatShareTheirBytesAreRefused() {
    byte[] pickle =
        HostilePickleTest.pickle()
            .raw('}')
            .text("a")
            .tensor("0", 1000)
            .raw('s')
            .text("b")
            .tensor("1", 1000)
            .raw('s', '.')
            .pickle();
    ZipBytes zip = new ZipBytes().stored("m/data/0", new byte[4000]);
    zip.pointer("m/data/1", 0, 4000, 4000, 0).stored("m/data.pkl", pickle);
    assertThat(fault(zip.file())).endsWith("its storages overlap, as in a zip bomb: refused");
  }

  @Test
  void namesThatLeadOutsideAreOnlyNames() throws IOException {
    byte[] file =
        new ZipBytes()
            .stored("../../m/data.pkl", one().raw('.').pickle())
            .stored("../../m/data/0", ONE)
            .stored("../escaped", ONE)
            .file();
    Path path = write(file);
    try (Weights weights = Weights.openFile(path)) {
      assertThat(weights.names()).containsExactly("t");
    }
    assertThat(Files.list(folder)).containsExactly(path);
    assertThat(folder.resolveSibling("escaped")).doesNotExist();
  }

  @Test
  void bigEndianNumbersAreRefused() {
    assertThat(fault(zip().stored("m/byteorder", "big".getBytes()).file())).contains("big-endian");
    byte[] legacy = one().raw('.', ']').legacy();
    for (int i = 0; i < legacy.length - 1; i++) {
      if (legacy[i] == (byte) 0x88) { // True, of little_endian
        legacy[i] = (byte) 0x89;
        break;
      }
    }
    assertThat(fault(legacy)).contains("big-endian");
  }

  // ---- before zip

  @Test
  void storagesBehindThePicklesMustBeThoseDescribed() {
    PickleBytes keys = one().raw('.', ']').text("0").ascii("a");
    assertThat(fault(keys.legacy(legacy(2, ONE)))).contains("'0' has 2 numbers instead of 1");
    assertThat(fault(keys.legacy(legacy(1, new byte[3])))).contains("it ends in the middle");
    assertThat(fault(keys.legacy(legacy(1, new byte[5])))).contains("not all that follows");
    assertThat(fault(one().raw('.', ']').legacy())).contains("not all that follows");
    assertThat(fault(one().raw('.', 'N').legacy())).contains("does not list its storages");
    for (String other : List.of("1", "0")) {
      PickleBytes wrong = one().raw('.', ']').text("0").ascii("a").text(other).ascii("a");
      assertThat(fault(wrong.legacy(legacy(1, ONE)))).contains("lists storages that it does not");
    }
  }

  // ---- helpers

  private static PickleBytes one() {
    return HostilePickleTest.pickle().raw('}').text("t").tensor("0", 1).raw('s');
  }

  private static ZipBytes zip() {
    return new ZipBytes().stored("m/data.pkl", one().raw('.').pickle());
  }

  private static byte[] legacy(long count, byte[] numbers) {
    byte[] bytes = Arrays.copyOf(new PickleBytes().number(8, count).pickle(), 8 + numbers.length);
    System.arraycopy(numbers, 0, bytes, 8, numbers.length);
    return bytes;
  }

  private String fault(byte[] content) {
    return fault(write(content));
  }

  private static String fault(Path file) {
    CheckpointException fault =
        catchThrowableOfType(CheckpointException.class, () -> Weights.openFile(file).close());
    assertThat(fault).isNotNull();
    assertThat(fault.getMessage()).startsWith(file.toString()).doesNotContain("\n");
    return fault.getMessage();
  }

  private Path write(byte[] content) {
    return RawFile.write(folder.resolve("model.bin"), content);
  }
}
