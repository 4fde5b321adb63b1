package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
  private final Scope scope = new Scope();

  @TempDir Path folder;

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void writes_the_bytes_that_the_reference_implementation_writes() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (DType type : DType.values()) {
      String name = type.name().toLowerCase(Locale.ROOT);
      tensors.put("z." + name, Tensor.range(6).to(type).view(2, 3));
      tensors.put("ä\"\u001f\n" + name, Tensor.of(new long[] {1}, 1).to(type));
    }
    tensors.put("😀", Tensor.of(new float[] {0.5f}, 1));
    tensors.put("\uE000", Tensor.of(new float[] {-0.5f}, 1));
    tensors.put("scalar", Tensor.of(new float[] {3}));
    tensors.put("empty", Tensor.zeros(DType.F32, 0, 3));

    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, tensors);

    assertThat(file)
        .hasSameBinaryContentAs(Golden.folder("safetensors").resolve("all-types.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model-00001-of-00003.safetensors",
        "model-00002-of-00003.safetensors",
        "model-00003-of-00003.safetensors"
      })
  void read_and_written_again_a_shard_of_transformers_is_the_same(String name) {
    Path shard = Golden.folder("llama-sharded-bf16").resolve(name);
    Path copy = folder.resolve(name);
    try (Safetensors file = Safetensors.open(shard)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      file.names().forEach(tensor -> tensors.put(tensor, scope.adopt(file.get(tensor))));
      SafetensorsWriter.write(copy, tensors, file.metadata());
    }
    assertThat(copy).hasSameBinaryContentAs(shard);
  }

  @ParameterizedTest
  @EnumSource
  void every_type_comes_back_as_it_went(DType type) {
    Tensor written = Tensor.range(24).to(type).view(2, 3, 4);
    Path file = folder.resolve("one.safetensors");
    SafetensorsWriter.write(file, Map.of("x", written));
    try (Safetensors read = Safetensors.open(file);
        Tensor x = read.get("x")) {
      assertThat(TensorInfo.of(x)).isEqualTo(TensorInfo.of(written));
      assertThat(x.toDoubles()).isEqualTo(written.toDoubles());
    }
  }

  @Test
  void metadata_comes_back_as_it_went_and_may_be_absent() {
    Path file = folder.resolve("one.safetensors");
    Map<String, String> metadata = Map.of("b", "ü\n", "a", "");
    SafetensorsWriter.write(file, Map.of(), metadata);
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.metadata()).isEqualTo(metadata);
    }
    SafetensorsWriter.write(file, Map.of(), Map.of());
    assertThat(file)
        .hasBinaryContent(new byte[] {8, 0, 0, 0, 0, 0, 0, 0, '{', '}', 32, 32, 32, 32, 32, 32});
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 12, 16, 40, 47, 48, 1 << 20})
  void blocks_of_any_size_give_the_same_bytes(long block) throws IOException {
    Tensor view = Tensor.range(36).to(DType.F32).view(3, 4, 3).narrow(1, 1, 2).transpose(0, 2);
    assertThat(bytes(view, block)).isEqualTo(bytes(view.contiguous(), 1 << 20));
    assertThat(bytes(view.contiguous(), block)).isEqualTo(bytes(view.contiguous(), 1 << 20));
    Tensor expanded = Tensor.of(new float[] {1, 2}, 1, 2, 1).expand(3, 2, 5);
    assertThat(bytes(expanded, block)).isEqualTo(bytes(expanded.contiguous(), 1 << 20));
  }

  private byte[] bytes(Tensor tensor, long block) throws IOException {
    Path file = folder.resolve("blocks");
    Files.deleteIfExists(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      new SafetensorsWriter(channel, block).rows(tensor);
    }
    return Files.readAllBytes(file);
  }

  @Test
  void tensors_that_are_made_one_at_a_time_are_freed_one_at_a_time() {
    Map<String, TensorInfo> layout = new LinkedHashMap<>();
    for (int i = 0; i < 50; i++) {
      layout.put("t" + i, new TensorInfo(DType.F32, Shape.of(1000)));
    }
    long[] counts = new long[50];
    int[] calls = {0};
    SafetensorsWriter.write(
        folder.resolve("lazy.safetensors"),
        layout,
        name -> {
          counts[calls[0]++] = Pointer.totalCount();
          return Tensor.zeros(DType.F32, 1000);
        },
        Map.of());
    assertThat(Arrays.stream(counts).distinct().count()).isEqualTo(1);
  }

  @Test
  void trained_tensors_can_be_written() {
    Tensor trained = Tensor.zeros(DType.F32, 2, 3).requireGradient();
    Path file = folder.resolve("trained.safetensors");
    SafetensorsWriter.write(file, Map.of("t", trained.transpose(0, 1)));
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.info("t")).contains(new TensorInfo(DType.F32, Shape.of(3, 2)));
    }
  }

  @Test
  void a_tensor_that_is_not_what_the_layout_says_leaves_no_file() {
    Map<String, TensorInfo> layout = Map.of("t", new TensorInfo(DType.F32, Shape.of(2)));
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    folder.resolve("f"), layout, name -> Tensor.zeros(DType.F32, 3), Map.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Tensor 't' is F32[3] instead of F32[2]");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void the_name_of_the_metadata_is_refused_for_tensors() {
    Map<String, Tensor> tensors = Map.of("__metadata__", Tensor.zeros(DType.F32, 1));
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("f"), tensors))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("no tensor can be named __metadata__");
  }

  @Test
  void half_a_surrogate_pair_is_refused_in_names_and_metadata() {
    Map<String, String> metadata = Map.of("key", "\ud800");
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("f"), Map.of(), metadata))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("cannot hold a text that is no Unicode");
    Map<String, Tensor> tensors = Map.of("\ud800", Tensor.zeros(DType.F32, 1));
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("f"), tensors))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("cannot hold a text that is no Unicode");
  }

  @Test
  void a_file_can_be_written_over_while_it_is_read() {
    Path file = folder.resolve("same.safetensors");
    SafetensorsWriter.write(file, Map.of("t", Tensor.of(new float[] {1}, 1)));
    try (Safetensors old = Safetensors.open(file)) {
      Tensor t = scope.adopt(old.get("t"));
      SafetensorsWriter.write(file, Map.of("t", t.mul(2)));
      assertThat(t.toFloats()).containsExactly(1f);
    }
    try (Safetensors changed = Safetensors.open(file)) {
      assertThat(scope.adopt(changed.get("t")).toFloats()).containsExactly(2f);
    }
  }
}
