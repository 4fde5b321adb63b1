package dev.lorax.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadersTest {
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
  void whatAnotherProgramNeedsIsANote(String model, String config, String note)
      throws JsonProcessingException {
    String text =
        Readers.of(model, new ObjectMapper().readTree(config.replace('\'', '"'))).toString();
    if (note == null) {
      assertThat(text).isEqualTo("[]");
    } else {
      assertThat(text).contains(note);
    }
  }
}
