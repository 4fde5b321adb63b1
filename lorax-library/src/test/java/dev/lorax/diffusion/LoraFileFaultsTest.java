package dev.lorax.diffusion;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.CheckpointException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is wrong with a file is told at once and by name. */
class LoraFileFaultsTest extends DraftFile {
  @Test
  void everythingThatIsWrongIsInOneMessage() {
    put(QUERY, 320, 320, 4);
    tensors.remove(QUERY + ".lora_up.weight");
    put(VALUE, 768, 768, 4);
    tensors.put(VALUE + ".lora_up.weight", normal(768, 5));
    tensors.put(VALUE + ".alpha", normal(2));
    tensors.put(VALUE + ".hada_w1_a", normal(2));
    tensors.put(VALUE + ".dora_scale", normal(2));
    assertThatThrownBy(() -> written("bad.safetensors"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            QUERY + " has no B",
            VALUE + ": A [4, 768] and B [768, 5] are no pair",
            VALUE + ".alpha is F32[2], not one number",
            VALUE + ".hada_w1_a is no A, B or alpha of plain LoRA",
            VALUE + ".dora_scale is no A");
  }

  @Test
  void twoSpellingsOfOneModuleAreRefused() {
    String path = "mid_block.attentions.0.transformer_blocks.0.attn1.";
    for (String stem : List.of(path + "to_q", path + "processor.to_q")) {
      tensors.put("unet." + stem + ".lora_A.weight", normal(2, 1280));
      tensors.put("unet." + stem + ".lora_B.weight", normal(1280, 2));
    }
    assertThatThrownBy(() -> written("twice.safetensors"))
        .hasMessageContaining("attn1.to_q is there in two spellings");
  }

  @Test
  void anEmptyFileIsRefused() {
    assertThatThrownBy(() -> written("empty.safetensors")).hasMessageContaining("holds no tensor");
  }
}
