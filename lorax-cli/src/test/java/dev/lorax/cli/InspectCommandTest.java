package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir static Path folder;
  private static Path model;
  private static Path adapter;

  @BeforeAll
  static void train() throws IOException {
    model = TinyModel.in(folder);
    adapter = TinyModel.adapter(folder, model);
  }

  private static Lorax inspect(Object... more) {
    Object[] args = new Object[more.length + 3];
    args[0] = "inspect";
    args[1] = "--model";
    args[2] = model;
    System.arraycopy(more, 0, args, 3, more.length);
    return Lorax.run(args);
  }

  @Test
  void tellsWhatAModelIs() throws IOException {
    assertThat(inspect().ok().out()).contains("gpt2", "30,624", "f32", "model.safetensors");
    JsonNode json = inspect("--json").ok().json();
    assertThat(json.get("architecture").asText()).isEqualTo("gpt2");
    assertThat(json.get("parameters").asLong()).isEqualTo(30_624);
    assertThat(json.get("blocks").asInt()).isEqualTo(2);
    assertThat(json.get("context").asInt()).isEqualTo(64);
    assertThat(json.get("vocabulary").asInt()).isEqualTo(97);
    assertThat(json.get("files")).hasSize(1);
  }

  @Test
  void showsWhatInjectionChangesInOneBlock() {
    Lorax run = inspect("--graph", "diff", "--rank", 2, "--block", 1).ok();
    assertThat(run.out().lines().filter(line -> line.startsWith("+ ")))
        .hasSize(3) // two adapters, and the attention that now reads them
        .allMatch(line -> line.contains("decoder.blocks.1."));
    assertThat(run.out())
        .contains("Lora(32 -> 2 -> 32, alpha 4)")
        .doesNotContain("blocks.0.self_attention");
    assertThat(run.err()).contains("block 1 of 2");
  }

  @Test
  void drawsTheWholeGraphOnDemand() {
    String before = inspect("--graph", "before", "--all").ok().out();
    assertThat(before).contains("input.tokens", "blocks.0.", "blocks.1.", "language_modeling_head");
    assertThat(before).doesNotContain("lora");
    assertThat(inspect("--graph", "after", "--all").ok().out().lines())
        .hasSize((int) before.lines().count() + 4);
  }

  @Test
  void drawsMermaidWithAdaptersMarked() {
    String drawing = inspect("--graph", "after", "--format", "mermaid").ok().out();
    assertThat(drawing).startsWith("flowchart TD").contains("query.lora", "stroke-width");
  }

  @Test
  void measuresWhatAnAdapterChanges() throws IOException {
    assertThat(inspect("--adapter", adapter).ok().out()).contains("rank", "change norm", "query");
    JsonNode modules = inspect("--adapter", adapter, "--json").ok().json().at("/adapter/modules");
    assertThat(modules).isNotEmpty();
    assertThat(modules.get(0).get("change").asDouble()).isPositive();
    assertThat(modules.get(0).get("weight").asDouble()).isPositive();
  }

  @Test
  void refusesWhatIsNotThere() {
    inspect("--graph", "before", "--block", 2).failed(2, "no block 2", "0 to 1");
    inspect("--graph", "sideways").failed(2, "--graph", "before, after, diff");
    inspect("--graph", "diff", "--targets", "kee").failed(2, "'kee'");
  }
}
