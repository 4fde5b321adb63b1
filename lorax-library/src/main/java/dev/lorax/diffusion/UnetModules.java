package dev.lorax.diffusion;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The modules of a U-Net, walked as an image passes it: down level by level, through the middle,
 * and up again beside what was kept on the way down.
 *
 * <p>Diffusers counts blocks within levels; Stability AI's code, whose names Kohya's files have for
 * SDXL, counts all of them from one end to the other.
 */
final class UnetModules {
  private static final int LATENT = 4;

  private final UnetConfig config;
  private final List<NetworkModule> modules = new ArrayList<>();
  private final Deque<Integer> kept = new ArrayDeque<>(); // channels on the way down
  private int channels;

  UnetModules(UnetConfig config) {
    this.config = config;
    channels = config.channels().get(0);
    ends();
    down();
    middle();
    up();
  }

  List<NetworkModule> list() {
    return modules;
  }

  private void add(String path, String original, int in, int out, int kernel) {
    String kohya = config.conditioned() ? original : path;
    modules.add(new NetworkModule(Part.UNET, path, kohya, in, out, kernel));
  }

  private void ends() {
    add("conv_in", "input_blocks.0.0", LATENT, channels, 3);
    add("conv_out", "out.2", channels, LATENT, 3);
    add("time_embedding.linear_1", "time_embed.0", channels, config.time(), 1);
    add("time_embedding.linear_2", "time_embed.2", config.time(), config.time(), 1);
    if (config.conditioned()) {
      add("add_embedding.linear_1", "label_emb.0.0", UnetConfig.CONDITION, config.time(), 1);
      add("add_embedding.linear_2", "label_emb.0.2", config.time(), config.time(), 1);
    }
  }

  private void down() {
    kept.push(channels);
    int number = 1;
    for (int level = 0; level < config.levels(); level++) {
      String block = "down_blocks." + level;
      for (int i = 0; i < UnetConfig.BLOCKS; i++, number++) {
        String original = "input_blocks." + number;
        residual(block + ".resnets." + i, original + ".0", channels, config.channels().get(level));
        transformers(block + ".attentions." + i, original + ".1", config.depths().get(level));
        kept.push(channels);
      }
      if (level < config.levels() - 1) {
        String original = "input_blocks." + number++ + ".0.op";
        add(block + ".downsamplers.0.conv", original, channels, channels, 3);
        kept.push(channels);
      }
    }
  }

  private void middle() {
    residual("mid_block.resnets.0", "middle_block.0", channels, channels);
    transformers("mid_block.attentions.0", "middle_block.1", config.middleDepth());
    residual("mid_block.resnets.1", "middle_block.2", channels, channels);
  }

  private void up() {
    int number = 0;
    for (int up = 0; up < config.levels(); up++) {
      int level = config.levels() - 1 - up;
      int depth = config.depths().get(level);
      String block = "up_blocks." + up;
      for (int i = 0; i <= UnetConfig.BLOCKS; i++, number++) {
        String original = "output_blocks." + number;
        int in = channels + kept.pop();
        residual(block + ".resnets." + i, original + ".0", in, config.channels().get(level));
        transformers(block + ".attentions." + i, original + ".1", depth);
        if (i == UnetConfig.BLOCKS && level > 0) {
          String last = original + (depth > 0 ? ".2" : ".1") + ".conv";
          add(block + ".upsamplers.0.conv", last, channels, channels, 3);
        }
      }
    }
  }

  private void residual(String path, String original, int in, int out) {
    add(path + ".conv1", original + ".in_layers.2", in, out, 3);
    add(path + ".time_emb_proj", original + ".emb_layers.1", config.time(), out, 1);
    add(path + ".conv2", original + ".out_layers.3", out, out, 3);
    if (in != out) {
      add(path + ".conv_shortcut", original + ".skip_connection", in, out, 1);
    }
    channels = out;
  }

  private void transformers(String path, String original, int depth) {
    if (depth == 0) {
      return;
    }
    dense(path, original, ".proj_in", channels, channels);
    for (int i = 0; i < depth; i++) {
      String block = ".transformer_blocks." + i;
      attention(path, original, block + ".attn1", channels);
      attention(path, original, block + ".attn2", config.context());
      dense(path, original, block + ".ff.net.0.proj", channels, 8 * channels); // and its gate
      dense(path, original, block + ".ff.net.2", 4 * channels, channels);
    }
    dense(path, original, ".proj_out", channels, channels);
  }

  private void attention(String path, String original, String name, int context) {
    dense(path, original, name + ".to_q", channels, channels);
    dense(path, original, name + ".to_k", context, channels);
    dense(path, original, name + ".to_v", context, channels);
    dense(path, original, name + ".to_out.0", channels, channels);
  }

  /** Both have the same names below a transformer. */
  private void dense(String path, String original, String name, int in, int out) {
    add(path + name, original + name, in, out, 1);
  }
}
