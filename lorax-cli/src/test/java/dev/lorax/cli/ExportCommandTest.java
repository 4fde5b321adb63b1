package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.gguf.GgufFile;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandTest {
  private static final Path GOLDEN =
      Path.of("..", "lorax-library", "src", "test", "resources", "golden");

  @TempDir Path folder;
  private Path model = GOLDEN.resolve("llama-patterns");

  private Lorax export(Object... more) {
    Object[] args = new Object[5 + more.length];
    System.arraycopy(
        new Object[] {"export", "--model", model, "--adapter", model.resolve("adapter")},
        0,
        args,
        0,
        5);
    System.arraycopy(more, 0, args, 5, more.length);
    return Lorax.run(args);
  }

  /** The changes of an adapter's modules, by name. */
  private JsonNode modules(Path adapter) throws IOException {
    return Lorax.run("inspect", "--model", model, "--adapter", adapter, "--json")
        .ok()
        .json()
        .get("adapter")
        .get("modules");
  }

  private void requireSameChanges(Path adapter) throws IOException {
    JsonNode wanted = modules(model.resolve("adapter"));
    JsonNode found = modules(adapter);
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.size(); i++) {
      double change = wanted.get(i).get("change").asDouble();
      assertThat(found.get(i).get("name")).isEqualTo(wanted.get(i).get("name"));
      assertThat(found.get(i).get("change").asDouble()).isCloseTo(change, within(1e-5 * change));
    }
  }

  @Test
  void peftsPlainestFolderHasOneRankAndOneWholeAlpha() throws IOException {
    Path out = folder.resolve("plain");
    assertThat(export("--to", "peft", "--out", out).ok().out())
        .contains("saved", "PEFT      loads as it is", "vLLM", "llama.cpp", "mlx-lm", "Ollama");
    JsonNode config = Lorax.json(out.resolve("adapter_config.json"));
    assertThat(config.get("rank_pattern")).isEmpty();
    assertThat(config.get("alpha_pattern")).isEmpty();
    assertThat(config.get("lora_alpha").isIntegralNumber()).isTrue();
    assertThat(Lorax.json(model.resolve("adapter/adapter_config.json")).get("rank_pattern"))
        .isNotEmpty();
    requireSameChanges(out);
  }

  @Test
  void anAdapterOfMlxIsReadAsAnyOther() throws IOException {
    model = GOLDEN.resolve("llama-lora-qkv");
    Path out = folder.resolve("mlx");
    export("--to", "mlx", "--out", out).ok();
    assertThat(out.resolve("adapters.safetensors")).exists();
    requireSameChanges(out);
    Path back = folder.resolve("back");
    Lorax.run("export", "--model", model, "--adapter", out, "--to", "peft", "--out", back).ok();
    requireSameChanges(back);
  }

  @Test
  void llamaCppGetsOneFileWithTheChange() throws IOException {
    Path out = folder.resolve("gguf");
    export("--to", "gguf", "--out", out).ok();
    requireSameChanges(out.resolve("adapter.gguf"));
  }

  @Test
  void anAdapterOfTheElixirPackageIsReadAsAnyOther() throws IOException {
    model = GOLDEN.resolve("gpt2-lora");
    Path file = GOLDEN.resolveSibling("elixir").resolve("gpt2.lorax");
    Path out = folder.resolve("from-elixir");
    Object[] export = {"export", "--model", model, "--adapter", file, "--to", "peft", "--out", out};
    Lorax.run(export).failed(2, "gpt2.lorax does not say its alpha", "--adapter-alpha");
    Object[] whole = Arrays.copyOf(export, export.length + 2);
    whole[export.length] = "--adapter-alpha";
    whole[export.length + 1] = 8;
    assertThat(Lorax.run(whole).ok().out())
        .contains("PEFT      loads after 'lorax export --to peft'");
    requireSameChanges(out);
    export("--adapter-alpha", 8).failed(2, "--adapter-alpha would do nothing");
    Object[] two = {"--adapter", file, "--adapter", out, "--adapter-alpha", 8};
    List<Object> combine = new ArrayList<>(List.of("adapter", "combine", "--model", model));
    combine.addAll(List.of(two));
    combine.addAll(List.of("--out", folder.resolve("both")));
    Lorax.run(combine.toArray()).ok();
  }

  @Test
  void llamaCppGetsAWholeModelToo() throws IOException {
    model = TinyModel.in(folder);
    Path out = folder.resolve("merged");
    Path golden = GOLDEN.resolve("gpt2-lora/adapter");
    Lorax.run("export", "--model", model, "--adapter", golden, "--to", "merged-gguf", "--out", out)
        .ok();
    assertThat(Files.readString(out.resolve("model.gguf"), StandardCharsets.ISO_8859_1))
        .startsWith("GGUF")
        .contains("blk.0.attn_qkv.weight");
  }

  @ParameterizedTest
  @CsvSource({"gguf, q8_0, 7", "gguf, bf16, 32", "merged-gguf, f32, 0", "merged-gguf, q8_0, 7"})
  void ggufHasTheTypeThatIsAskedFor(String form, String type, long number) throws IOException {
    model = TinyModel.in(folder);
    Path out = folder.resolve("typed");
    Path golden = GOLDEN.resolve("gpt2-lora/adapter");
    Lorax.run(
            "export",
            "--model",
            model,
            "--adapter",
            golden,
            "--to",
            form,
            "--out",
            out,
            "--dtype",
            type)
        .ok();
    try (GgufFile file =
        GgufFile.open(out.resolve(form.equals("gguf") ? "adapter.gguf" : "model.gguf"))) {
      assertThat(file.number("general.file_type")).hasValue(number);
    }
  }

  @Test
  void whatPeftAloneCanSayStays() throws IOException {
    model = GOLDEN.resolve("llama-modules-to-save");
    Path out = folder.resolve("kept");
    assertThat(export("--to", "peft", "--out", out).ok().out()).contains("note", "also trains");
    try (Checkpoint base = Checkpoint.open(model, DType.F32);
        Adapter adapter = PeftFolder.read(out, base)) {
      assertThat(adapter.copies()).isNotEmpty();
    }
  }

  @Test
  void ollamaGetsAModelfileWithWhatItCanBeTold() throws IOException {
    Path base = Path.of("..", "demo", "base");
    Path adapter = folder.resolve("demo-adapter");
    Path out = folder.resolve("ollama");
    try (Checkpoint open = Checkpoint.open(base, DType.F32);
        Adapter fresh = Adapter.initial(open, LoraConfig.builder().rank(8).alpha(2.5).build(), 1)) {
      PeftFolder.write(adapter, open, fresh);
    }
    Lorax run =
        Lorax.run("export", "--model", base, "--adapter", adapter, "--to", "ollama", "--out", out);
    assertThat(run.ok().out())
        .contains("ollama create", "Ollama    loads after 'lorax export --to ollama'");
    assertThat(Files.readString(out.resolve("Modelfile")))
        .startsWith("FROM " + base.toAbsolutePath().normalize() + "\nADAPTER ./adapter\n")
        .contains("TEMPLATE \"\"\"{{ range .Messages }}")
        .contains("\nPARAMETER stop \"");
    assertThat(Lorax.json(out.resolve("adapter/adapter_config.json")).get("lora_alpha").toString())
        .isEqualTo("8");
  }

  @Test
  void theReportIsOneObjectToo() throws IOException {
    JsonNode report = export("--json").ok().json();
    assertThat(report.get("compatibility")).hasSize(5);
    assertThat(report.get("compatibility").get(1).get("tool").asText()).isEqualTo("vLLM");
    assertThat(report.get("compatibility").get(1).get("verdict").asText()).isEqualTo("loads-after");
    assertThat(report.get("out").isNull()).isTrue();
  }

  @Test
  void whatCannotBeIsToldInOneLine() throws IOException {
    export("--to", "onnx", "--out", folder.resolve("x"))
        .failed(2, "--to onnx is no form that is known", "gguf, merged-gguf, mlx, ollama, peft");
    export("--to", "mlx").failed(2, "--to and --out go together");
    export("--to", "mlx", "--out", model).failed(1, "is not empty");
    export("--to", "mlx", "--out", folder.resolve("x"), "--dtype", "f16")
        .failed(2, "--dtype is for --to gguf and merged-gguf");
    export("--dtype", "f16").failed(2, "--dtype is for --to gguf and merged-gguf");
    export("--to", "gguf", "--out", folder.resolve("x"), "--dtype", "q4")
        .failed(2, "Unknown GGUF type 'q4': use one of f32, f16, bf16, q8_0");
    model = GOLDEN.resolve("llama-lora-bias");
    Path out = folder.resolve("biased");
    export("--to", "mlx", "--out", out).failed(1, "no place for a bias on B");
    assertThat(out).doesNotExist();
    model = GOLDEN.resolve("llama-dora");
    export("--to", "ollama", "--out", out).failed(1, "What Ollama imports has no place for DoRA");
    model = GOLDEN.resolve("gpt2-lora");
    export("--to", "ollama", "--out", out).failed(1, "not for gpt2");
    assertThat(out).doesNotExist();
  }
}
