package dev.lorax.cli.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToolsTest {
  private static JsonNode json(String config) throws JsonProcessingException {
    return new ObjectMapper().readTree(config.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | {'r': 16} |",
        "llama | {'r': 17} | --max-lora-rank 32",
        "llama | {'r': 8, 'rank_pattern': {'q_proj': 300}} | --max-lora-rank 320",
        "llama | {'r': 8, 'rank_pattern': {'q_proj': 4}} | one scale for all of them",
        "llama | {'r': 513} | more than vLLM can be told",
        "llama | {'r': 8, 'alpha_pattern': {'q_proj': 4}} | one scale for all of them",
        "llama | {'r': 8, 'target_modules': ['q_proj', 'lm_head']} | embedding or head",
        "qwen3 | {'r': 8, 'target_modules': ['q_proj']} | not for qwen3",
        "gpt2 | {'r': 64} | vLLM serves no adapters for gpt2",
      })
  void whatAnotherProgramNeedsIsAnObstacle(String model, String config, String obstacle)
      throws JsonProcessingException {
    String text = Tools.obstacles(model, json(config)).toString();
    if (obstacle == null) {
      assertThat(text).isEqualTo("[]");
    } else {
      assertThat(text).contains(obstacle);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PEFT | llama | {'r': 8, 'use_dora': true, 'bias': 'all'} | loads as it is",
        "vLLM | llama | {'r': 8} | loads as it is",
        "vLLM | llama | {'r': 8, 'use_rslora': true} | loads as it is",
        "vLLM | llama | {'r': 8, 'use_dora': true} | cannot, because vLLM refuses DoRA",
        "vLLM | llama | {'r': 8, 'modules_to_save': ['lm_head']} | cannot, because vLLM reads A",
        "vLLM | llama | {'r': 8, 'alpha_pattern': {'q': 4}} | loads after 'lorax export --to peft':",
        "vLLM | llama | {'r': 20} | loads if you start it with --max-lora-rank 32:",
        "vLLM | llama | {'r': 20, 'use_dora': true} | cannot, because vLLM refuses DoRA",
        "llama.cpp | qwen2 | {'r': 8} | loads after 'lorax export --to gguf'",
        "llama.cpp | qwen2 | {'r': 8, 'use_rslora': true} | loads after 'lorax export --to gguf': ll",
        "llama.cpp | qwen2 | {'r': 8, 'lora_bias': true} | cannot, because llama.cpp reads",
        "llama.cpp | qwen2 | {'r': 8, 'use_dora': true} | cannot, because llama.cpp knows no DoRA",
        "mlx-lm | llama | {'r': 8} | loads after 'lorax export --to mlx'",
        "mlx-lm | llama | {'r': 8, 'use_dora': true} | loads after 'lorax export --to mlx'",
        "mlx-lm | llama | {'r': 8, 'bias': 'all'} | cannot, because mlx-lm reads A, B and",
        "mlx-lm | opt | {'r': 8} | cannot, because mlx-lm's names for modules of opt are not known",
        "Ollama | mistral | {'r': 8, 'lora_alpha': 16} | loads as it is",
        "Ollama | mistral | {'r': 8, 'lora_alpha': 1.5} | loads after 'lorax export --to ollama'",
        "Ollama | mistral | {'r': 8, 'use_rslora': true} | loads after 'lorax export --to ollama'",
        "Ollama | qwen2 | {'r': 8} | loads after 'lorax export --to gguf': Ollama imports",
        "Ollama | llama | {'r': 8, 'trainable_token_indices': [1]} | cannot, because Ollama reads",
        "Ollama | llama | {'r': 8, 'target_modules': ['lm_head']} | cannot, because Ollama's import"
      })
  void eachProgramHasAVerdict(String tool, String model, String config, String verdict)
      throws JsonProcessingException {
    assertThat(Tools.verdicts(model, "peft", json(config)))
        .filteredOn(found -> found.tool().equals(tool))
        .singleElement()
        .asString()
        .startsWith(verdict);
  }

  @Test
  void aFolderOfMlxIsForMlxAlone() throws JsonProcessingException {
    JsonNode config = json("{'r': 8, 'lora_alpha': 16}");
    assertThat(Tools.verdicts("llama", "mlx", config))
        .extracting(verdict -> verdict.tool() + " " + verdict)
        .contains(
            "PEFT loads after 'lorax export --to peft'",
            "vLLM loads after 'lorax export --to peft'",
            "mlx-lm loads as it is");
  }

  @Test
  void whereAProgramCannotWhatItWouldNeedDoesNotMatter() throws JsonProcessingException {
    JsonNode config = json("{'r': 20, 'use_dora': true, 'alpha_pattern': {'q_proj': 4}}");
    assertThat(Tools.verdicts("llama", "peft", config))
        .extracting(Verdict::toString)
        .contains("cannot, because vLLM refuses DoRA");
  }
}
