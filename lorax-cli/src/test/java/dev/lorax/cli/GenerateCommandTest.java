package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateCommandTest {
  @TempDir static Path folder;
  private static Path model;
  private static Path adapter;

  @BeforeAll
  static void train() throws IOException {
    model = TinyModel.in(folder);
    adapter = TinyModel.adapter(folder, model);
  }

  private static Object[] with(Object... more) {
    List<Object> args = new ArrayList<>(List.of("generate", "--model", model));
    args.addAll(Arrays.asList(more));
    return args.toArray();
  }

  private static Lorax generate(Object... more) {
    return Lorax.run(with(more));
  }

  @Test
  void streamsWhatItPrintsAtOnceWithoutStreaming() {
    Lorax stream = generate("--prompt", "The", "--seed", 1, "--max-tokens", 30).ok();
    Lorax whole = generate("--prompt", "The", "--seed", 1, "--max-tokens", 30, "--no-stream").ok();
    assertThat(stream.out()).isEqualTo(whole.out()).hasSizeGreaterThan(20);
    assertThat(stream.err()).contains("30 tokens", "max_tokens");
  }

  @Test
  void takesThePromptFromStdin() {
    String given = generate("-p", "The old", "--greedy", "-n", 12).ok().out();
    assertThat(Lorax.withInput("The old\n", with("--greedy", "-n", 12)).ok().out())
        .isEqualTo(given);
  }

  @Test
  void givesTextIdsReasonAndSpeedAsJson() throws IOException {
    Lorax plain = generate("-p", "The", "--greedy", "-n", 8).ok();
    JsonNode json = generate("-p", "The", "--greedy", "-n", 8, "--json").ok().json();
    assertThat(json.get("text").asText() + System.lineSeparator()).isEqualTo(plain.out());
    assertThat(json.get("ids")).hasSize(8);
    assertThat(json.get("reason").asText()).isEqualTo("max_tokens");
    assertThat(json.get("tokensPerSecond").asDouble()).isPositive();
  }

  @Test
  void generatesAPromptOfEachLineTogether() throws IOException {
    Path file = Files.writeString(folder.resolve("prompts.txt"), "The\n\nold keeper\n");
    JsonNode json = generate("--prompt-file", file, "--greedy", "-n", 5, "--json").ok().json();
    assertThat(json.get("results")).hasSize(2);
    String alone =
        generate("-p", "old keeper", "--greedy", "-n", 5, "--json").json().get("text").asText();
    assertThat(json.at("/results/1/text").asText()).isEqualTo(alone);
    assertThat(generate("--prompt-file", file, "--greedy", "-n", 5).ok().out())
        .contains("--- 1: The", "--- 2: old keeper");
  }

  @Test
  void anAdapterChangesTheText() {
    String base = generate("-p", "The", "--greedy", "-n", 20).ok().out();
    String adapted = generate("-p", "The", "--greedy", "-n", 20, "--adapter", adapter).ok().out();
    assertThat(adapted).isNotEqualTo(base);
  }

  @Test
  void stopsBeforeAStopString() {
    String text = generate("-p", "The", "--greedy", "-n", 20, "--no-stream").ok().out().strip();
    String stop = text.substring(4, 6);
    Lorax stopped = generate("-p", "The", "--greedy", "-n", 20, "--stop", stop).ok();
    assertThat(stopped.out().stripTrailing())
        .isEqualTo(text.substring(0, text.indexOf(stop)).stripTrailing());
    assertThat(stopped.err()).contains("stop_string");
  }

  @Test
  void refusesOptionsOutOfRangeBeforeOpeningTheModel() {
    Lorax.run("generate", "--model", "nowhere", "-p", "a", "--top-p", 3).failed(2, "top_p is 3.0");
    generate("-p", "a", "--prompt-file", "b").failed(2, "exclude each other");
    generate("-p", "a", "-n", 0).failed(2, "at least 1");
    generate("-p", "a", "--temprature", 1).failed(2, "--temprature", "--temperature");
  }

  @Test
  void aModelThatGivesNoNumberIsToldAsSuch() {
    TinyModel.spoil(model);
    generate("-p", "The").failed(1, "error: The logit of token 0 is NaN");
    generate("-p", "The", "--json").failed(1, "error: The logit of token 0 is NaN");
  }

  @Test
  void tellsWhatIsMissing() {
    generate().failed(2, "stdin is empty");
    generate("-p", "").failed(1, "no token to start from");
    generate("-p", "long ".repeat(50)).failed(1, "context holds 64");
    generate("-p", "a", "--adapter", model).failed(1, "adapter_config.json");
    Lorax.run("generate", "--model", folder.resolve("no"), "-p", "a").failed(1, "no such folder");
  }
}
