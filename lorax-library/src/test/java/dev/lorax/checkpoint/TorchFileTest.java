package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Forward;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch wrote ({@code docs/interop/torch_files.py}) hold what safetensors hold. */
class TorchFileTest {
  private static final Path FILES = Golden.folder("torch");
  private static final Path GPT2 = Golden.folder("gpt2-lora");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"zip.bin", "protocol4.bin", "legacy.bin"})
  void everyTypeAndEveryViewIsReadExactly(String name) {
    try (Weights file = Weights.openFile(FILES.resolve(name));
        Weights wanted = Weights.openFile(FILES.resolve("expected.safetensors"))) {
      assertThat(file.names()).hasSize(19).containsExactlyInAnyOrderElementsOf(wanted.names());
      wanted.names().forEach(tensor -> assertSame(tensor, file, wanted));
    }
  }

  @Test
  void aModelOfTransformersIsReadExactly() {
    try (Weights file = Weights.openFile(GPT2.resolve("pytorch_model.bin"));
        Weights wanted = Weights.openFile(GPT2.resolve("model.safetensors"))) {
      assertThat(file.names()).containsAll(wanted.names());
      wanted.names().forEach(tensor -> assertSame(tensor, file, wanted));
    }
  }

  @Test
  void anAdapterOfPeftIsReadExactly() {
    try (Weights file = Weights.openFile(GPT2.resolve("adapter_bin/adapter_model.bin"));
        Weights wanted = Weights.openFile(GPT2.resolve("adapter/adapter_model.safetensors"))) {
      assertThat(file.names()).containsExactlyInAnyOrderElementsOf(wanted.names());
      wanted.names().forEach(tensor -> assertSame(tensor, file, wanted));
    }
  }

  private static void assertSame(String tensor, Weights file, Weights wanted) {
    try (Tensor found = file.get(tensor);
        Tensor expected = wanted.get(tensor)) {
      assertThat(file.info(tensor)).isEqualTo(wanted.info(tensor));
      assertThat(TensorInfo.of(found)).isEqualTo(TensorInfo.of(expected));
      assertThat(bytes(found)).as(tensor).isEqualTo(bytes(expected));
    }
  }

  private static ByteBuffer bytes(Tensor tensor) {
    return tensor.shape().size() == 0 ? ByteBuffer.allocate(0) : tensor.bytes();
  }

  @Test
  void aFolderWithNothingElseIsACheckpoint() throws IOException {
    Files.copy(GPT2.resolve("config.json"), folder.resolve("config.json"));
    Files.copy(GPT2.resolve("pytorch_model.bin"), folder.resolve("pytorch_model.bin"));
    int[] tokens = {3, 1, 4, 1, 5};
    try (Checkpoint pickled = Checkpoint.open(folder);
        Checkpoint plain = Checkpoint.open(GPT2)) {
      float[] wanted = Forward.logits(plain.graph(), plain.parameters(), tokens);
      assertThat(Forward.logits(pickled.graph(), pickled.parameters(), tokens)).isEqualTo(wanted);
    }
  }

  @Test
  void shardsAreReadAsOne() throws IOException {
    Files.copy(FILES.resolve("zip.bin"), folder.resolve("a.bin"));
    Files.copy(FILES.resolve("wrapped.bin"), folder.resolve("b.bin"));
    Files.writeString(
        folder.resolve("pytorch_model.bin.index.json"),
        "{\"weight_map\":{\"w\":\"b.bin\",\"brain\":\"a.bin\"}}");
    try (Weights weights = Weights.open(folder);
        Tensor brain = weights.get("brain")) {
      assertThat(weights.names()).containsExactly("brain", "w");
      assertThat(brain.toFloats()).containsExactly(3.140625f);
    }
  }

  @Test
  void safetensorsGoBeforePickles() throws IOException {
    Files.writeString(folder.resolve("pytorch_model.bin"), "not read");
    Files.copy(FILES.resolve("expected.safetensors"), folder.resolve("model.safetensors"));
    try (Weights weights = Weights.open(folder)) {
      assertThat(weights).isInstanceOf(Safetensors.class);
    }
  }

  @Test
  void weightsBesideOtherThingsAreFound() {
    try (Weights file = Weights.openFile(FILES.resolve("wrapped.bin"));
        Tensor w = file.get("w")) {
      assertThat(file.names()).containsExactly("w");
      assertThat(w.toFloats()).containsExactly(0, 0.125f, 0.25f, 0.375f, 0.5f, 0.625f);
    }
  }

  @Test
  void namesComeInTheOrderInWhichTheyLie() {
    try (Weights file = Weights.openFile(FILES.resolve("zip.bin"))) {
      assertThat(file.names()).startsWith("whole", "transposed", "every_other");
      assertThat(file.names()).containsSubsequence("column", "block", "one_of_many", "parameter");
    }
  }

  @Test
  void numbersOfAZipAreMappedAndTheFileIsNeverChanged() throws IOException {
    Path copy = Files.copy(FILES.resolve("zip.bin"), folder.resolve("copy.bin"));
    try (Weights file = Weights.openFile(copy);
        Tensor whole = file.get("whole")) {
      whole.zeroInPlace(); // the mapping, which later tensors see
      try (Tensor column = file.get("column")) {
        assertThat(column.toFloats()).containsOnly(0);
      }
    }
    assertThat(copy).hasSameBinaryContentAs(FILES.resolve("zip.bin"));
  }

  @Test
  void tensorsOutliveTheFileAndNothingElseDoes() {
    readAll();
    long count = Pointer.totalCount();
    for (int i = 0; i < 50; i++) {
      readAll();
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
  }

  private static void readAll() {
    Tensor last = null;
    try (Weights file = Weights.openFile(FILES.resolve("legacy.bin"))) {
      for (String name : file.names()) {
        file.get(name).close();
      }
      last = file.get("column");
    }
    assertThat(last.toFloats()).containsExactly(0.25f, 1, 1.75f, 2.5f);
    last.close();
  }

  @Test
  void aWrongNameIsAnsweredWithWhatThereIs() {
    try (Weights file = Weights.openFile(FILES.resolve("wrapped.bin"))) {
      assertThat(file.find("v")).isEmpty();
      assertThat(file.info("v")).isEmpty();
      assertThatThrownBy(() -> file.get("v"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageEndingWith("wrapped.bin: has no tensor 'v'; it holds 1: 'w'");
    }
  }

  @Test
  void aClosedFileSaysSo() {
    Weights file = Weights.openFile(FILES.resolve("wrapped.bin"));
    file.close();
    file.close();
    assertThatThrownBy(() -> file.get("w")).hasMessageStartingWith("Closed: ");
  }

  @Test
  void aLargeTableOfContentsIsRead() {
    ZipBytes zip = new ZipBytes();
    PickleBytes pickle = new PickleBytes().raw(0x80, 2, '}');
    pickle.text("t").tensor(1, 0, new long[0]).raw('s', '.');
    zip.stored("x/data.pkl", pickle.pickle()).stored("x/data/0", new byte[] {0, 0, (byte) 128, 63});
    for (int i = 0; i < 5000; i++) {
      zip.stored("x/other/" + i, new byte[0]);
    }
    Path path = RawFile.write(folder.resolve("large.bin"), zip.file());
    try (Weights file = Weights.openFile(path);
        Tensor t = file.get("t")) {
      assertThat(t.item()).isEqualTo(1);
      assertThat(t.dtype()).isEqualTo(DType.F32);
    }
  }
}
