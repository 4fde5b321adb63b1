package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {
  private static final Path SHARDED = Golden.folder("llama-sharded-bf16");
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path folder;

  @Test
  void shards_are_read_as_one() {
    try (Weights weights = Weights.open(SHARDED)) {
      assertThat(weights.names()).hasSize(21).contains("lm_head.weight", "model.norm.weight");
      long elements = 0;
      for (String name : weights.names()) {
        try (Tensor tensor = weights.get(name)) {
          assertThat(weights.info(name)).contains(TensorInfo.of(tensor));
          elements += tensor.shape().size();
        }
      }
      assertThat(elements).isEqualTo(24800); // total_parameters of the index
    }
  }

  @Test
  void a_single_file_goes_before_an_index() {
    write("model.safetensors", "x");
    write(INDEX, "not read");
    try (Weights weights = Weights.open(folder)) {
      assertThat(weights.names()).containsExactly("x");
      assertThat(weights.info("x")).contains(new TensorInfo(DType.F32, Shape.of(1)));
    }
  }

  @Test
  void tensors_outlive_the_shards() {
    Tensor norm;
    try (Weights weights = Weights.open(SHARDED)) {
      norm = weights.get("model.norm.weight");
    }
    try (norm) {
      assertThat(norm.toFloats()).hasSize(32);
    }
  }

  @Test
  void a_wrong_name_is_answered_with_what_there_is() {
    try (Weights weights = Weights.open(SHARDED)) {
      assertThat(weights.find("x")).isEmpty();
      assertThatThrownBy(() -> weights.get("x"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(INDEX + ": has no tensor 'x'; it holds 21: 'model.")
          .hasMessageEndingWith("and 16 more");
    }
  }

  @Test
  void all_faults_of_an_index_come_in_one_message() throws IOException {
    copy();
    Files.delete(folder.resolve("model-00001-of-00003.safetensors"));
    Path cut = folder.resolve("model-00002-of-00003.safetensors");
    byte[] content = Files.readAllBytes(cut);
    Files.write(cut, java.util.Arrays.copyOf(content, content.length - 5));
    Path index = folder.resolve(INDEX);
    String moved = Files.readString(index).replace("\"model.norm.weight\"", "\"model.norm.bias\"");
    Files.writeString(index, moved);
    long count = Pointer.totalCount();

    assertThat(fault())
        .startsWith(index + ": does not fit its shards, fetch them again: ")
        .contains("model-00001-of-00003.safetensors: no such file: check the path; ")
        .contains("model-00002-of-00003.safetensors: the file ends 5 bytes early")
        .endsWith("'model.norm.bias' is not in model-00003-of-00003.safetensors");
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc/x", "a/b", "a\\\\b", "..", "", "C:x"})
  void an_index_cannot_reach_outside_its_folder(String shard) {
    write(INDEX, "{\"weight_map\":{\"t\":\"" + shard + "\"}}");
    assertThat(fault()).contains("the file of tensor 't' is not a file name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "", "{\"weight_map\":[]}", "{\"weight_map\":{}}"})
  void an_index_without_a_map_is_refused(String index) {
    write(INDEX, index);
    assertThat(fault()).contains("has no object weight_map");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "x",
        "{} {}",
        "{\"weight_map\":{\"a\":\"f\",\"a\":\"f\"}}",
        "{\"weight_map\":"
      })
  void an_index_that_is_not_json_is_refused(String index) {
    write(INDEX, index);
    assertThat(fault()).contains("is not valid JSON (").endsWith(": fetch the index again");
  }

  @Test
  void a_folder_without_weights_is_answered_with_what_is_expected() {
    assertThat(fault())
        .endsWith(
            ": holds no weights: expected model.safetensors,"
                + " or model.safetensors.index.json with the files that it names");
    write("model-00001-of-00002.safetensors", "x");
    assertThat(fault()).endsWith("; it holds 'model-00001-of-00002.safetensors'");
  }

  @Test
  void a_missing_folder_and_a_file_are_told_apart() {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> Weights.open(missing))
        .hasMessage(missing + ": no such folder: check the path");
    Path file = RawFile.write(missing, new byte[0]);
    assertThatThrownBy(() -> Weights.open(file))
        .hasMessage(file + ": is a file: name the checkpoint folder that holds it");
  }

  @Test
  void a_link_to_a_file_that_is_gone_is_named() throws IOException {
    Files.createSymbolicLink(folder.resolve("model.safetensors"), folder.resolve("gone"));
    assertThat(fault()).endsWith("model.safetensors: no such file: check the path");
  }

  @Test
  void opening_and_closing_leaves_no_native_memory() {
    Weights.open(SHARDED).close();
    long count = Pointer.totalCount();
    for (int i = 0; i < 50; i++) {
      Weights.open(SHARDED).close();
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(count);
  }

  private String fault() {
    CheckpointException fault =
        catchThrowableOfType(CheckpointException.class, () -> Weights.open(folder).close());
    assertThat(fault).isNotNull();
    assertThat(fault.getMessage()).startsWith(folder.toString()).doesNotContain("\n");
    return fault.getMessage();
  }

  private void write(String name, String content) {
    if (name.endsWith(".safetensors")) {
      try (Scope scope = new Scope()) {
        Map<String, Tensor> tensors = Map.of(content, Tensor.zeros(DType.F32, 1));
        SafetensorsWriter.write(folder.resolve(name), tensors);
      }
    } else {
      AtomicFile.write(folder.resolve(name), content);
    }
  }

  private void copy() throws IOException {
    try (Stream<Path> files = Files.list(SHARDED)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
  }
}
