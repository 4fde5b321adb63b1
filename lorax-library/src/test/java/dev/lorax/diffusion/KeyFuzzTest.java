package dev.lorax.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.tensor.Scope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strange keys and shapes give a CheckpointException or a file, never another exception. */
class KeyFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 2000);
  private static final List<String> PIECES =
      List.of(
          "lora_unet_",
          "lora_te_",
          "lora_te1_",
          "lora_te2_",
          "lora_te3_",
          "unet.",
          "text_encoder.",
          "transformer.",
          "mid_block",
          ".",
          "_",
          "attentions",
          "0",
          "proj_in",
          "text_model.encoder.layers.0.mlp.fc1",
          "text_model_encoder_layers_0_mlp_fc1",
          "mid_block_attentions_0_proj_in",
          "mid_block.attentions.0.proj_in",
          ".processor.",
          "self_attn.to_out",
          ".to_out",
          "é",
          " ",
          "");
  private static final List<String> ENDS =
      List.of(
          ".lora_down.weight",
          ".lora_up.weight",
          ".alpha",
          ".lora_A.weight",
          ".lora_B.weight",
          ".lora.down.weight",
          ".lora.up.weight",
          "_lora.down.weight",
          "_lora.up.weight",
          ".lora_linear_layer.down.weight",
          ".lora_linear_layer.up.weight",
          ".dora_scale",
          "");
  private static final List<long[]> SHAPES =
      List.of(
          new long[] {2, 3},
          new long[] {3, 2},
          new long[] {},
          new long[] {1},
          new long[] {0, 2},
          new long[] {2, 3, 1, 1},
          new long[] {3, 2, 1, 1},
          new long[] {2, 3, 3, 3},
          new long[] {2, 0});

  private static final List<String> MODULES =
      List.of(
          "lora_unet_mid_block_attentions_0_proj_in",
          "unet.mid_block.attentions.0.proj_in",
          "text_encoder.text_model.encoder.layers.0.self_attn.to_out",
          "lora_te1_unheard_of");

  @TempDir Path folder;

  @Test
  void strangeFilesAreToldInOneLine() throws IOException {
    Random random = new Random(1);
    int read = 0;
    for (int i = 0; i < CASES; i++) {
      Map<String, long[]> tensors = new HashMap<>();
      if (random.nextBoolean()) {
        boolean kohya = random.nextBoolean();
        String stem = any(MODULES, random);
        tensors.put(stem + (kohya ? ".lora_down.weight" : ".lora_A.weight"), SHAPES.get(0));
        tensors.put(stem + (kohya ? ".lora_up.weight" : ".lora_B.weight"), SHAPES.get(1));
      }
      for (int j = random.nextInt(3); j > 0; j--) {
        String stem = any(PIECES, random) + any(PIECES, random) + any(PIECES, random);
        tensors.put(stem + any(ENDS, random), any(SHAPES, random));
      }
      read += isRead(tensors, random.nextInt(8) == 0 ? "I16" : "F16") ? 1 : 0;
    }
    assertThat(read).isBetween(CASES / 100, CASES / 2);
  }

  /** Written by hand, since the forced writes of safe files would take seconds. */
  private void write(Path file, Map<String, long[]> tensors, String type) throws IOException {
    StringBuilder header = new StringBuilder("{");
    int end = 0;
    for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
      int begin = end;
      end += 2 * (int) Arrays.stream(tensor.getValue()).reduce(1, (one, other) -> one * other);
      header.append(header.length() > 1 ? "," : "");
      header.append(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(tensor.getKey(), type, Arrays.toString(tensor.getValue()), begin, end));
    }
    byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(json.length).put(json).array());
  }

  private boolean isRead(Map<String, long[]> tensors, String type) throws IOException {
    Path file = folder.resolve("fuzz.safetensors");
    write(file, tensors, type);
    try (Scope scope = new Scope()) {
      LoraFile found = LoraFile.read(file, scope);
      Set<String> names = new HashSet<>();
      for (KeyStyle style : KeyStyle.values()) {
        found
            .modules()
            .forEach(module -> names.add(style + " " + module.spelled(style, found.family())));
      }
      assertThat(names).hasSize(2 * found.modules().size());
      return true;
    } catch (CheckpointException told) {
      assertThat(told.getMessage()).startsWith(file.toString()).doesNotContain("\n");
      return false;
    }
  }

  private static <T> T any(List<T> choices, Random random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
