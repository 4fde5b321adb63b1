package dev.lorax.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files are added up, each times its weight. */
class LoraSumTest extends DraftFile {
  @Test
  void aSumAddsTheChangesByTheirWeights() {
    put(QUERY, 320, 320, 4);
    alpha(QUERY, 2);
    convolution(CONV, 320, 320, 2);
    LoraFile one = written("one.safetensors", Map.of("ss_base_model_version", "sd", "ss_a", "1"));
    tensors.clear();
    put(QUERY, 320, 320, 3);
    put(VALUE, 768, 768, 1);
    LoraFile two = written("two.safetensors", Map.of("ss_base_model_version", "sd", "ss_a", "2"));
    LoraFile sum = LoraFile.sum(List.of(one, again(two, KeyStyle.DIFFUSERS)), List.of(0.5, -2.0));
    Map<String, float[]> wanted = changes(one);
    wanted.replaceAll((name, change) -> times(change, 0.5f));
    changes(two)
        .forEach((name, change) -> wanted.merge(name, times(change, -2), LoraSumTest::plus));
    requireSame(changes(again(sum, KeyStyle.KOHYA)), wanted);
    assertThat(sum.modules()).extracting(LoraModule::rank).containsExactlyInAnyOrder(7, 2, 1);
    assertThat(sum.metadata())
        .containsEntry("ss_base_model_version", "sd")
        .containsEntry("ss_network_dim", "Dynamic")
        .doesNotContainKey("ss_a");
  }

  private static float[] times(float[] values, float factor) {
    float[] result = values.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] *= factor;
    }
    return result;
  }

  private static float[] plus(float[] one, float[] other) {
    float[] result = one.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += other[i];
    }
    return result;
  }

  /** SD 1 has convolutions where others have dense layers; files have both for them. */
  @Test
  void aPixelsConvolutionIsAddedToADenseLayer() {
    String key = "lora_unet_mid_block_attentions_0_proj_in";
    put(key, 1280, 1280, 2);
    LoraFile dense = written("dense.safetensors");
    tensors.put(key + ".lora_down.weight", normal(3, 1280, 1, 1));
    tensors.put(key + ".lora_up.weight", normal(1280, 3, 1, 1));
    LoraFile pixel = written("pixel.safetensors");
    LoraModule sum = LoraFile.sum(List.of(pixel, dense), List.of(1.0, 1.0)).modules().get(0);
    assertThat(sum.isKnown()).isTrue();
    assertThat(sum.down().shape().toArray()).containsExactly(5, 1280, 1, 1);
    assertThat(sum.up().shape().toArray()).containsExactly(1280, 5, 1, 1);
  }

  @Test
  void familiesAreNotMixed() {
    put(QUERY, 320, 320, 4);
    LoraFile one = written("one.safetensors");
    tensors.clear();
    put("lora_te2_text_model_encoder_layers_0_mlp_fc1", 1280, 5120, 2);
    LoraFile xl = written("xl.safetensors");
    assertThatThrownBy(() -> LoraFile.sum(List.of(one, xl), List.of(1.0, 1.0)))
        .hasMessage("file 2 is of sdxl and file 1 of sd1: only LoRAs of one family have a sum");
  }
}
