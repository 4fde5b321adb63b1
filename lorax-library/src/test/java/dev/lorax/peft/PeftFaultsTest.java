package dev.lorax.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.lora.Adapter;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with an adapter folder is told at once and by name; nothing is skipped. */
class PeftFaultsTest {
  private static final String QUERY = "base_model.model.model.layers.0.self_attn.q_proj";
  private static final String VALUE = "base_model.model.model.layers.1.self_attn.v_proj";
  private final Fixture fixture = Fixture.named("llama-lora-qkv");
  private Checkpoint base;

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    base = Checkpoint.open(fixture.folder());
    for (String file : new String[] {"adapter_model.safetensors", "adapter_config.json"}) {
      Files.copy(fixture.folder().resolve("adapter").resolve(file), folder.resolve(file));
    }
  }

  @AfterEach
  void close() {
    base.close();
  }

  @Test
  void everythingThatDoesNotFitIsInOneMessage() {
    weights(
        tensors -> {
          tensors.remove(QUERY + ".lora_A.weight");
          tensors.remove(QUERY + ".lora_B.weight");
          tensors.put(VALUE + ".lora_A.weight", Tensor.zeros(DType.F32, 3, 32));
          tensors.put(VALUE + ".lora_magnitude_vector", Tensor.zeros(DType.F32, 16));
          tensors.put("something.else", Tensor.zeros(DType.F32, 1));
        });
    requireRefused()
        .hasMessageStartingWith(folder + ": the adapter does not fit this base model: ")
        .hasMessageContaining(QUERY + ".lora_A.weight is missing")
        .hasMessageContaining(QUERY + ".lora_B.weight is missing")
        .hasMessageContaining(VALUE + ".lora_A.weight is [3, 32] instead of [4, 32]")
        .hasMessageContaining(VALUE + ".lora_magnitude_vector is left over")
        .hasMessageContaining("something.else is left over");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "use_dora | true | q_proj.lora_magnitude_vector is missing",
        "lora_bias | true | q_proj.lora_B.bias is missing",
        "modules_to_save | [\"lm_head\"] | base_model.model.lm_head.weight is missing",
        "modules_to_save | [\"scores\"] | 'scores' of modules_to_save is no module",
        "trainable_token_indices | [1, 2] | trainable_tokens_delta is missing"
      })
  void whatAnOptionPromisesAndTheFileLacksIsMissing(String option, String value, String fault)
      throws IOException {
    JsonNode json = new ObjectMapper().readTree(value);
    config(config -> config.set(option, json));
    requireRefused().hasMessageContaining("does not fit this base").hasMessageContaining(fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bias | \"some\" | 'bias' is \"some\"",
        "trainable_token_indices | [1, 1] | must be different",
        "trainable_token_indices | [\"a\"] | which is no token id",
        "trainable_token_indices | {\"a\": [1], \"b\": [2]} | names 2 modules"
      })
  void optionsThatMakeNoSenseAreRefusedByName(String option, String value, String fault)
      throws IOException {
    JsonNode json = new ObjectMapper().readTree(value);
    config(config -> config.set(option, json));
    requireRefused().hasMessageContaining("adapter_config.json: ").hasMessageContaining(fault);
  }

  @Test
  void halfAPairIsMissingTheOtherAlsoWhereNoListOfTargetsSaysSo() {
    config(json -> json.put("target_modules", ".*_proj"));
    weights(tensors -> tensors.remove(QUERY + ".lora_B.weight"));
    requireRefused().hasMessageContaining(QUERY + ".lora_B.weight is missing");
  }

  @Test
  void valuesThatAreNoNumbersWithAPointAreRefused() {
    weights(t -> t.put(QUERY + ".lora_A.weight", Tensor.zeros(DType.I32, 4, 32)));
    requireRefused().hasMessageContaining(QUERY + ".lora_A.weight has type I32");
  }

  @Test
  void aFileWithoutTensorsIsRefused() {
    config(json -> json.put("target_modules", ".*_proj"));
    weights(Map::clear);
    requireRefused().hasMessageContaining("it holds no tensor");
  }

  @Test
  void anAdapterOfAnotherModelIsRefused() {
    try (Checkpoint gpt2 = Checkpoint.open(Fixture.named("gpt2-lora").folder())) {
      assertThatThrownBy(() -> PeftFolder.read(folder, gpt2))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("does not fit this base model")
          .hasMessageContaining(QUERY + ".lora_A.weight is left over");
    }
  }

  @Test
  void aPickleThatIsNoneIsRefused() throws IOException {
    Files.move(folder.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.bin"));
    requireRefused().hasMessageContaining("adapter_model.bin");
  }

  @Test
  void aPickleIsReadAsTheFileOfToday() {
    Path fixture = Fixture.named("gpt2-lora").folder();
    try (Checkpoint gpt2 = Checkpoint.open(fixture);
        Adapter today = PeftFolder.read(fixture.resolve("adapter"), gpt2);
        Adapter pickled = PeftFolder.read(fixture.resolve("adapter_bin"), gpt2)) {
      assertThat(pickled.graph()).isEqualTo(today.graph());
      today
          .parameters()
          .asMap()
          .forEach(
              (name, value) ->
                  assertThat(pickled.parameters().get(name).toFloats())
                      .as(name)
                      .isEqualTo(value.toFloats()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adapter_model.safetensors", "adapter_config.json"})
  void aFileThatIsMissingIsNamed(String file) throws IOException {
    Files.delete(folder.resolve(file));
    requireRefused().hasMessageContaining(file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layer_replication | [[0, 1]]",
        "target_parameters | [\"experts\"]",
        "alora_invocation_tokens | [5]",
        "init_lora_weights | \"pissa_niter_4\"",
        "init_lora_weights | \"corda\"",
        "init_lora_weights | \"loftq\"",
        "ensure_weight_tying | true",
        "use_something_new | true",
        "something_new_config | {\"a\": 1}",
        "use_qalora | true",
        "use_bdlora | {\"a\": 1}",
        "arrow_config | {\"a\": 1}",
        "kasa_config | {\"a\": 1}",
        "monteclora_config | {\"a\": 1}",
        "velora_config | {\"a\": 1}",
        "megatron_config | {\"a\": 1}"
      })
  void anOptionThatIsNotSupportedIsRefusedByName(String option, String value) throws IOException {
    JsonNode json = new ObjectMapper().readTree(value);
    config(config -> config.set(option, json));
    requireRefused()
        .hasMessageContaining("adapter_config.json")
        .hasMessageContaining("'%s' is %s, which is not supported".formatted(option, json));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "null", "\"gaussian\"", "\"eva\"", "\"orthogonal\""})
  void startsThatLeaveTheBaseAloneAreRead(String start) throws IOException {
    JsonNode json = new ObjectMapper().readTree(start);
    config(config -> config.set("init_lora_weights", json));
    PeftFolder.read(folder, base).close();
  }

  @Test
  void otherMethodsAreRefusedByName() {
    config(json -> json.put("peft_type", "LOHA"));
    requireRefused().hasMessageContaining("LOHA").hasMessageContaining("only LORA");
  }

  @ParameterizedTest
  @CsvSource({"r, 0", "r, -4", "lora_alpha, 0"})
  void numbersThatMakeNoSenseAreRefusedByName(String field, int value) {
    config(json -> json.put(field, value));
    requireRefused().hasMessageContaining("'%s' must be positive, not %d".formatted(field, value));
  }

  @ParameterizedTest
  @CsvSource({
    "r, \"8\", 'r' must be a number",
    "r, 2.5, 'r' must be a whole number",
    "lora_alpha, \"x\", 'lora_alpha' must be a number",
    "rank_pattern, {\"q_proj\": \"x\"}, 'rank_pattern of q_proj' must be a number",
    "alpha_pattern, {\"q_proj\": 0}, 'alpha_pattern of q_proj' must be positive",
    "alpha_pattern, {\"(\": 1}, alpha_pattern: '(' is no pattern"
  })
  void valuesOfTheWrongKindAreRefusedByName(String field, String value, String fault)
      throws IOException {
    JsonNode wrong = new ObjectMapper().readTree(value);
    config(json -> json.set(field, wrong));
    requireRefused().hasMessageContaining("adapter_config.json: ").hasMessageContaining(fault);
  }

  @Test
  void brokenJsonIsRefused() throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), "{\"r\": ");
    requireRefused().hasMessageContaining("adapter_config.json: not JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "3", "", "null"})
  void jsonThatIsNoObjectIsRefused(String text) throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), text);
    requireRefused().hasMessageContaining("adapter_config.json");
  }

  private AbstractThrowableAssert<?, ?> requireRefused() {
    return assertThatThrownBy(() -> PeftFolder.read(folder, base).close())
        .isInstanceOf(CheckpointException.class);
  }

  private void config(Consumer<ObjectNode> change) {
    try {
      Path file = folder.resolve("adapter_config.json");
      ObjectNode json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
      change.accept(json);
      Files.writeString(file, json.toString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void weights(Consumer<Map<String, Tensor>> change) {
    Path file = folder.resolve("adapter_model.safetensors");
    try (Scope scope = new Scope();
        Safetensors theirs = Safetensors.open(file)) {
      Map<String, Tensor> tensors = new TreeMap<>();
      theirs.names().forEach(name -> tensors.put(name, scope.adopt(theirs.get(name))));
      change.accept(tensors);
      SafetensorsWriter.write(file, tensors);
    }
  }
}
