package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an adapter may be besides plain LoRA, from the command line to PEFT's folder. */
class AdapterOptionsTest {
  @TempDir Path folder;
  private Path model;
  private Path text;
  private Path out;

  @BeforeEach
  void makeFiles() throws IOException {
    model = TinyModel.in(folder);
    text = TinyModel.text(folder);
    out = folder.resolve("out");
  }

  private Lorax train(String options) {
    List<Object> args =
        new ArrayList<>(List.of("train", "--model", model, "--data", text, "--out", out));
    args.addAll(List.of("--steps", 2, "--window", 16, "--batch-size", 4, "--sample", ""));
    args.addAll(Arrays.asList(options.split(" ")));
    return Lorax.run(args.toArray());
  }

  private JsonNode config() throws IOException {
    return new ObjectMapper().readTree(out.resolve("adapter_config.json").toFile());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rslora | use_rslora | true",
        "--dora | use_dora | true",
        "--lora-bias | lora_bias | true",
        "--bias all | bias | \"all\"",
        "--bias lora_only | bias | \"lora_only\"",
        "--modules-to-save lm_head | modules_to_save | [\"lm_head\"]",
        "--train-tokens 7,5 | trainable_token_indices | {\"wte\":[7,5]}",
        "--targets c_attn | target_modules | [\"c_attn\"]",
        "--targets peft-default | target_modules | [\"c_attn\"]",
        "--targets up,down --exclude down | target_modules | [\"c_fc\"]",
        "--targets up --layers 1 | target_modules | [\"1.mlp.c_fc\"]",
        "--targets up --rank-pattern 0.ffn.up=4 | rank_pattern | {\"transformer.h.1.mlp.c_fc\":8}"
      })
  void anOptionReachesPeftsConfiguration(String options, String field, String value)
      throws IOException {
    train(options).ok();
    assertThat(config().get(field)).hasToString(value);
    Lorax.run("inspect", "--model", model, "--adapter", out).ok();
    Lorax.run("merge", "--model", model, "--adapter", out, "--out", folder.resolve("merged")).ok();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gaussian", "orthogonal", "pissa", "pissa_niter_4", "olora", "eva"})
  void aStartIsSavedAsPlainLora(String start) throws IOException {
    train("--init " + start).ok();
    assertThat(config().get("init_lora_weights").asBoolean()).isTrue();
    Lorax.run("inspect", "--model", model, "--adapter", out).ok();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--dora --lora-bias | --dora and --lora-bias exclude each other",
        "--init pisa | No start is called 'pisa'",
        "--init pissa --dora | goes with plain LoRA alone",
        "--init loftq | add --dtype nf4",
        "--layers 9 | There is no block 9",
        "--layers 3-1 | a range goes upwards",
        "--layers x | give numbers and ranges",
        "--exclude ffn.upp | No node is named 'ffn.upp'",
        "--train-tokens 99999 | There is no token 99999",
        "--train-tokens nosuchtoken | no token is called so",
        "--rank-pattern up | give the end of a name and a number",
        "--modules-to-save headd | No node is named 'headd'"
      })
  void aChoiceThatCannotBeIsOneLine(String options, String message) {
    Lorax run = train(options);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
  }

  @Test
  void aTiedHeadIsInspectedAndMergedInEveryForm() {
    train("--dora --targets lm_head").ok();
    Lorax.run("inspect", "--model", model, "--adapter", out).ok();
    Lorax.run("merge", "--model", model, "--adapter", out, "--out", folder.resolve("merged")).ok();
  }

  @Test
  void theRecipeOfARunTrainsTheSameAgain() throws IOException {
    train("--dora --rank-pattern up=4,value=2 --targets up,value --train-tokens 7,5").ok();
    Path recipe = out.resolve("recipe.yaml");
    Path again = folder.resolve("again");
    Lorax.run("train", "--recipe", recipe, "--out", again).ok();
    assertThat(again.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(out.resolve("adapter_model.safetensors"));
  }
}
