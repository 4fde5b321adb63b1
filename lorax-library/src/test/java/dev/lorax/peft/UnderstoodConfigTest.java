package dev.lorax.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.lora.Adapter;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a field says is either meant by the adapter that is read, or refused. */
class UnderstoodConfigTest {
  private static final List<String> VALUES =
      List.of("true", "5", "0.5", "\"pissa_niter_4\"", "[1]", "[\"a\"]", "{\"q_proj\": 1}");

  /** Of these the adapter does not depend: its tensors say which modules it has. */
  private static final Set<String> TELLING =
      Set.of(
          "auto_mapping",
          "peft_version",
          "task_type",
          "inference_mode",
          "base_model_name_or_path",
          "revision",
          "fan_in_fan_out",
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "layers_pattern",
          "loftq_config",
          "eva_config",
          "corda_config",
          "lora_ga_config",
          "megatron_core", // of megatron_config
          "qalora_group_size"); // of use_qalora

  @TempDir Path folder;

  @Test
  void everyFieldOfPeftIsUnderstoodOrRefused() throws IOException {
    Fixture fixture = Fixture.named("llama-lora-qkv");
    Path theirs = fixture.folder().resolve("adapter");
    Files.copy(
        theirs.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.safetensors"));
    ObjectMapper mapper = new ObjectMapper();
    JsonNode valid = mapper.readTree(theirs.resolve(PeftConfig.FILE).toFile());
    List<String> fields = new ArrayList<>(List.of("use_something_new", "something_new_config"));
    valid.fieldNames().forEachRemaining(fields::add);
    fields.removeAll(TELLING);
    assertThat(fields).hasSizeGreaterThan(20);
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32)) {
      for (String field : fields) {
        for (String value : VALUES) {
          ObjectNode changed = valid.deepCopy();
          changed.set(field, mapper.readTree(value));
          Files.writeString(folder.resolve(PeftConfig.FILE), changed.toString());
          requireUnderstood(base, field, changed.get(field));
        }
      }
    }
  }

  private void requireUnderstood(Checkpoint base, String field, JsonNode value) throws IOException {
    try (Adapter adapter = PeftFolder.read(folder, base)) {
      JsonNode said = new ObjectMapper().readTree(PeftFolder.config(base, adapter)).path(field);
      if (field.contains("something_new")) { // a number or a text switches nothing on
        assertThat(value.isNumber() || value.isTextual()).as("%s: %s", field, value).isTrue();
      } else if (value.isObject() && field.endsWith("_pattern")) {
        assertThat(said).as(field).isNotEmpty();
      } else if (value.isNumber()) {
        assertThat(said.doubleValue()).as("%s: %s", field, value).isEqualTo(value.doubleValue());
      } else {
        assertThat(said).as(field).isEqualTo(value);
      }
    } catch (CheckpointException refused) {
      assertThat(refused.getMessage()).containsAnyOf(field, "does not fit this base model");
    }
  }
}
