package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraFileCommandTest {
  private static final String QUERY =
      "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q";

  @TempDir Path folder;
  private Path style;

  @BeforeEach
  void write() {
    style = file("style.safetensors", QUERY, "lora_te_text_model_encoder_layers_0_mlp_fc1");
  }

  private Path file(String name, String query, String up) {
    Path path = folder.resolve(name);
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new HashMap<>();
      tensors.put(query + ".lora_down.weight", Tensor.normal(DType.F16, 1, 1, 4, 1280));
      tensors.put(query + ".lora_up.weight", Tensor.normal(DType.F16, 1, 2, 1280, 4));
      tensors.put(query + ".alpha", Tensor.of(new float[] {2}));
      tensors.put(up + ".lora_down.weight", Tensor.normal(DType.F16, 1, 3, 2, 768));
      tensors.put(up + ".lora_up.weight", Tensor.normal(DType.F16, 1, 4, 3072, 2));
      SafetensorsWriter.write(path, tensors, Map.of("ss_base_model_version", "sd_v1"));
    }
    return path;
  }

  @Test
  void inspectTellsNetworksRanksAndMetadata() throws IOException {
    assertThat(Lorax.run("lora-file", "inspect", style).ok().out())
        .contains("family    sd1", "keys      kohya", "dtype     f16")
        .contains("unet      1 modules (0 convolutions), rank 4, alpha 2")
        .contains("text_encoder 1 modules (0 convolutions), rank 2, alpha 2")
        .contains("says      ss_base_model_version: sd_v1");
    JsonNode json = Lorax.run("lora-file", "inspect", style, "--json").ok().json();
    assertThat(json.get("modules")).hasSize(2);
    assertThat(json.get("modules").get(1).get("name").asText())
        .isEqualTo("mid_block.attentions.0.transformer_blocks.0.attn1.to_q");
  }

  @Test
  void keysGoToDiffusersAndBack() throws IOException {
    Path diffusers = folder.resolve("diffusers.safetensors");
    Lorax.run("lora-file", "rekey", style, "--to", "diffusers", "--out", diffusers).ok();
    JsonNode json = Lorax.run("lora-file", "inspect", diffusers, "--json").ok().json();
    assertThat(json.get("keys").asText()).isEqualTo("diffusers");
    assertThat(json.get("dtype").asText()).isEqualTo("f16");
    Path back = folder.resolve("back.safetensors");
    JsonNode report =
        Lorax.run("lora-file", "rekey", diffusers, "--to", "kohya", "--out", back, "--json")
            .ok()
            .json();
    assertThat(report.get("modules").asInt()).isEqualTo(2);
    assertThat(Lorax.run("lora-file", "inspect", back).ok().out()).contains("keys      kohya");
  }

  @Test
  void filesAreAddedByTheirWeights() throws IOException {
    Path out = folder.resolve("both.safetensors");
    Lorax.run(
            "lora-file",
            "merge",
            style,
            style,
            "--weights",
            "0.8,0.5",
            "--out",
            out,
            "--dtype",
            "f32")
        .ok();
    JsonNode json = Lorax.run("lora-file", "inspect", out, "--json").ok().json();
    assertThat(json.get("dtype").asText()).isEqualTo("f32");
    assertThat(json.get("modules").get(1).get("rank").asInt()).isEqualTo(8);
    assertThat(json.get("metadata").get("ss_network_dim").asText()).isEqualTo("Dynamic");
  }

  @Test
  void whatCannotBeIsToldInOneLine() {
    Path out = folder.resolve("out.safetensors");
    Path flux = file("flux.safetensors", "lora_unet_double_blocks_0_img", "lora_te1_unheard_of");
    Object[] rekey = {"lora-file", "rekey", flux, "--to", "diffusers", "--out", out};
    Lorax.run(rekey).failed(1, "2 of 2 modules are in no list", "--keep-unknown leaves them");
    Lorax.run("lora-file", "rekey", style, "--to", "diffusers", "--out", style)
        .failed(1, "exists: choose another --out");
    Lorax.run("lora-file", "rekey", style, "--to", "peft", "--out", out)
        .failed(2, "--to peft is none of kohya, diffusers");
    Lorax.run("lora-file", "rekey", style, "--to", "kohya", "--out", out, "--family", "flux")
        .failed(2, "--family flux is none of sd1, sd2, sdxl");
    Lorax.run("lora-file", "rekey", style, "--to", "kohya", "--out", out, "--dtype", "f64")
        .failed(2, "--dtype f64");
    Lorax.run("lora-file", "merge", style, "--weights", "1,2", "--out", out)
        .failed(2, "--weights has 2 numbers for 1 files");
    Lorax.run("lora-file", "inspect", folder.resolve("none")).failed(1, "no such file");
    Lorax.run("lora-file", "rekey", flux, "--to", "diffusers", "--out", out, "--keep-unknown").ok();
    assertThat(Lorax.run("lora-file", "inspect", out).ok().out())
        .contains("family    unknown", "keys      kohya");
  }
}
