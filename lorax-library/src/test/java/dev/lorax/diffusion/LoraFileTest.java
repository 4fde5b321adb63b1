package dev.lorax.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of both styles are read, re-keyed and added up, and change their model as before. */
class LoraFileTest extends DraftFile {
  @Test
  void aFileOfKohyaIsUnderstood() {
    put(QUERY, 320, 320, 4);
    alpha(QUERY, 2);
    put(VALUE, 768, 768, 8);
    convolution(CONV, 320, 320, 2);
    alpha(CONV, 0);
    LoraFile file = written("a.safetensors", Map.of("ss_base_model_version", "sd_v1"));
    assertThat(file.family()).contains(Family.SD1);
    assertThat(file.style()).isEqualTo(KeyStyle.KOHYA);
    assertThat(file.metadata()).containsEntry("ss_base_model_version", "sd_v1");
    assertThat(file.unknown()).isEmpty();
    Map<String, LoraModule> modules =
        file.modules().stream().collect(Collectors.toMap(LoraModule::name, Function.identity()));
    LoraModule query = modules.get("down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q");
    assertThat(query.rank()).isEqualTo(4);
    assertThat(query.scale()).isEqualTo(0.5);
    LoraModule value = modules.get("text_model.encoder.layers.0.self_attn.v_proj");
    assertThat(value.part()).isEqualTo(Part.TEXT_ENCODER);
    assertThat(value.scale()).as("without alpha").isEqualTo(1);
    LoraModule convolution = modules.get("down_blocks.0.resnets.0.conv1");
    assertThat(convolution.scale()).as("with an alpha of 0").isEqualTo(1);
    assertThat(convolution.isSpatial()).isTrue();
    assertThat(query.isSpatial()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void everyModuleSurvivesBothStyles(Family family) {
    for (NetworkModule module : family.modules()) {
      String stem =
          module.part().kohya(family).orElseThrow() + "_" + NetworkModule.flat(module.original());
      int side = module.kernel();
      tensors.put(
          stem + ".lora_down.weight",
          side == 1 ? normal(1, module.in()) : normal(1, module.in(), side, side));
      tensors.put(
          stem + ".lora_up.weight",
          side == 1 ? normal(module.out(), 1) : normal(module.out(), 1, 1, 1));
      alpha(stem, 0.5f);
    }
    LoraFile kohya = written("all.safetensors");
    assertThat(kohya.family()).contains(family);
    assertThat(kohya.requireKnown().modules()).hasSameSizeAs(family.modules());
    LoraFile diffusers = again(kohya, KeyStyle.DIFFUSERS);
    assertThat(diffusers.style()).isEqualTo(KeyStyle.DIFFUSERS);
    assertThat(diffusers.family()).contains(family);
    assertThat(keys(diffusers, KeyStyle.KOHYA)).isEqualTo(keys(kohya, KeyStyle.KOHYA));
    assertThat(kohya.modules().stream().map(LoraModule::name))
        .containsExactlyInAnyOrderElementsOf(
            diffusers.modules().stream().map(LoraModule::name).toList());
  }

  @Test
  void reKeyingKeepsTheChange() {
    put(QUERY, 320, 320, 4);
    alpha(QUERY, 3);
    put(QUERY.replace("to_q", "to_k"), 320, 320, 2);
    put(VALUE, 768, 768, 5);
    convolution(CONV, 320, 320, 2);
    LoraFile file = written("a.safetensors");
    LoraFile diffusers = again(file, KeyStyle.DIFFUSERS);
    requireSame(changes(diffusers), changes(file));
    requireSame(changes(again(diffusers, KeyStyle.KOHYA)), changes(file));
    assertThat(diffusers.modules())
        .filteredOn(module -> module.part() == Part.UNET)
        .as("diffusers takes one alpha for all")
        .allMatch(module -> module.rank() == 4 && module.scale() == 1);
    assertThat(keys(file, KeyStyle.DIFFUSERS))
        .contains(
            "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight",
            "text_encoder.text_model.encoder.layers.0.self_attn.v_proj.lora_B.weight");
  }

  @ParameterizedTest
  @CsvSource({
    "unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight,"
        + "unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.up.weight,"
        + "mid_block.attentions.0.transformer_blocks.0.attn1.to_q, 1280",
    "mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.down.weight,"
        + "mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.up.weight,"
        + "mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0, 1280",
    "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0.lora.down.weight,"
        + "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0.lora.up.weight,"
        + "mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0, 1280",
    "text_encoder.text_model.encoder.layers.3.self_attn.q_proj.lora_linear_layer.down.weight,"
        + "text_encoder.text_model.encoder.layers.3.self_attn.q_proj.lora_linear_layer.up.weight,"
        + "text_model.encoder.layers.3.self_attn.q_proj, 768",
    "text_encoder.text_model.encoder.layers.3.self_attn.to_out_lora.down.weight,"
        + "text_encoder.text_model.encoder.layers.3.self_attn.to_out_lora.up.weight,"
        + "text_model.encoder.layers.3.self_attn.out_proj, 768"
  })
  void olderSpellingsOfDiffusersAreRead(String down, String up, String name, int width) {
    tensors.put(down, normal(2, width));
    tensors.put(up, normal(width, 2));
    LoraFile file = written("old.safetensors");
    assertThat(file.style()).isEqualTo(KeyStyle.DIFFUSERS);
    assertThat(file.requireKnown().modules()).extracting(LoraModule::name).containsExactly(name);
  }

  @Test
  void widthsTellTheVersionsOfStableDiffusionApart() {
    String key = QUERY.replace("attn1_to_q", "attn2_to_k");
    put(key, 1024, 320, 2);
    assertThat(written("two.safetensors").family()).contains(Family.SD2);
    tensors.clear();
    put("lora_te1_text_model_encoder_layers_0_mlp_fc1", 768, 3072, 2);
    assertThat(written("xl.safetensors").family()).contains(Family.SDXL);
    tensors.clear();
    put("lora_te_text_model_encoder_layers_0_mlp_fc1", 768, 3072, 2);
    LoraFile one = written("one.safetensors");
    assertThat(one.family()).contains(Family.SD1);
    assertThat(keys(again(one, KeyStyle.DIFFUSERS).of(Family.SDXL), KeyStyle.KOHYA))
        .contains("lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha");
  }

  @Test
  void whatNoListExplainsIsNamedOrStaysAsItIs() {
    put(QUERY, 320, 320, 4);
    put("lora_unet_double_blocks_0_img_attn_qkv", 3072, 9216, 4);
    put("lora_unet_mid_block_attentions_0_proj_in", 77, 77, 4);
    LoraFile file = written("flux.safetensors");
    assertThatThrownBy(file::requireKnown)
        .hasMessageContaining("2 of 3 modules are in no list of sd1, by name and shape: ")
        .hasMessageContaining("lora_unet_double_blocks_0_img_attn_qkv");
    assertThat(keys(file, KeyStyle.DIFFUSERS))
        .hasSize(2 + 3 + 3)
        .contains("lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight")
        .contains("lora_unet_double_blocks_0_img_attn_qkv.alpha");
  }

  @Test
  void hashesOfOldTensorsAreLeftOut() {
    put(QUERY, 320, 320, 4);
    LoraFile file = written("h.safetensors", Map.of("sshs_model_hash", "1", "ss_tag", "2"));
    assertThat(again(file, KeyStyle.KOHYA).metadata())
        .containsEntry("ss_tag", "2")
        .doesNotContainKey("sshs_model_hash");
  }
}
