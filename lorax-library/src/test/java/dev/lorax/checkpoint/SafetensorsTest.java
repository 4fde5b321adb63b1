package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static final Path SHARD =
      Golden.folder("llama-sharded-bf16").resolve("model-00002-of-00003.safetensors");
  private static final String TWO =
      "{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]},"
          + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
  private static final byte[] TWO_DATA = {7, 0, 0, (byte) 0x80, 0x3f};

  @TempDir Path folder;

  @Test
  void reads_a_shard_that_transformers_wrote() {
    try (Safetensors file = Safetensors.open(SHARD);
        Tensor norm = file.get("model.layers.0.input_layernorm.weight")) {
      assertThat(file.metadata()).containsEntry("format", "pt");
      assertThat(file.info("model.layers.0.input_layernorm.weight"))
          .contains(new TensorInfo(DType.BF16, Shape.of(32)));
      assertThat(norm.dtype()).isEqualTo(DType.BF16);
      assertThat(norm.toFloats()).hasSize(32).doesNotContain(Float.NaN);
    }
  }

  @Test
  void names_come_in_the_order_of_their_offsets() {
    try (Safetensors file = Safetensors.open(RawFile.write(folder, TWO, TWO_DATA))) {
      assertThat(file.names()).containsExactly("a", "b");
    }
  }

  @Test
  void a_tensor_off_its_alignment_is_copied() {
    try (Safetensors file = Safetensors.open(RawFile.write(folder, TWO, TWO_DATA));
        Tensor b = file.get("b")) {
      assertThat(b.toFloats()).containsExactly(1f);
    }
  }

  @Test
  void a_file_without_tensors_is_a_file() {
    try (Safetensors file = Safetensors.open(RawFile.write(folder, "{}", new byte[0]))) {
      assertThat(file.names()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void scalars_and_empty_tensors_have_their_shapes() {
    String header =
        "{\"s\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]},"
            + "\"e\":{\"dtype\":\"F64\",\"shape\":[3,0],\"data_offsets\":[4,4]}}   ";
    try (Safetensors file =
            Safetensors.open(RawFile.write(folder, header, new byte[] {5, 0, 0, 0}));
        Tensor scalar = file.get("s");
        Tensor empty = file.get("e")) {
      assertThat(scalar.shape()).isEqualTo(Shape.of());
      assertThat(scalar.item()).isEqualTo(5);
      assertThat(empty.shape()).isEqualTo(Shape.of(3, 0));
      assertThat(empty.dtype()).isEqualTo(DType.F64);
    }
  }

  @Test
  void tensors_outlive_the_file_object_and_any_scope() {
    Tensor tensor;
    try (Scope scope = new Scope()) {
      try (Safetensors file = Safetensors.open(RawFile.write(folder, TWO, TWO_DATA))) {
        tensor = file.get("a");
      }
    }
    assertThat(tensor.toLongs()).containsExactly(7);
    tensor.close();
  }

  @Test
  void a_file_object_outlives_the_scope_it_was_opened_in() {
    Safetensors file;
    try (Scope scope = new Scope()) {
      file = Safetensors.open(SHARD);
    }
    try (file;
        Tensor norm = file.get("model.layers.0.input_layernorm.weight")) {
      assertThat(norm.toFloats()).hasSize(32);
    }
  }

  @Test
  void a_scope_can_take_charge_of_a_tensor() {
    try (Safetensors file = Safetensors.open(SHARD)) {
      Tensor tensor;
      try (Scope scope = new Scope()) {
        tensor = scope.adopt(file.get("model.layers.0.input_layernorm.weight"));
        assertThat(tensor.toFloats()).hasSize(32);
      }
      assertThat(tensor).hasToString("closed tensor");
    }
  }

  @Test
  void changes_in_place_never_reach_the_file() throws IOException {
    Path path = RawFile.write(folder, TWO, TWO_DATA);
    byte[] before = Files.readAllBytes(path);
    try (Safetensors file = Safetensors.open(path);
        Tensor a = file.get("a")) {
      a.zeroInPlace();
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
  }

  @Test
  void a_wrong_name_is_answered_with_what_there_is() {
    try (Safetensors file = Safetensors.open(RawFile.write(folder, TWO, TWO_DATA))) {
      assertThat(file.find("c")).isEmpty();
      assertThatThrownBy(() -> file.get("c"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageEndingWith("model.safetensors: has no tensor 'c'; it holds 2: 'a', 'b'");
    }
  }

  @Test
  void a_closed_file_says_so() {
    Safetensors file = Safetensors.open(SHARD);
    file.close();
    file.close();
    assertThatThrownBy(() -> file.get("model.layers.0.input_layernorm.weight"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Closed: ");
  }

  @Test
  void opening_reading_and_closing_leaves_no_native_memory() {
    readAll();
    long count = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    for (int i = 0; i < 100; i++) {
      readAll();
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
  }

  private static void readAll() {
    try (Safetensors file = Safetensors.open(SHARD)) {
      for (String name : file.names()) {
        file.get(name).close();
      }
    }
  }
}
