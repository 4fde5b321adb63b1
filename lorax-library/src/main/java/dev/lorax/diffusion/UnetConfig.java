package dev.lorax.diffusion;

import java.util.List;

/**
 * The sizes of a conditional U-Net.
 *
 * @param channels of each level, from the finest
 * @param depths how many transformer blocks follow each residual block of a level; 0: none. The
 *     middle has as many as the coarsest level that has any
 * @param context the width of what comes from the text encoders
 * @param conditioned whether size and crop are told to it (SDXL), and modules go by Stability AI's
 *     names in Kohya's files
 */
record UnetConfig(List<Integer> channels, List<Integer> depths, int context, boolean conditioned) {
  /** Residual blocks of a level on the way down; there is one more on the way up. */
  static final int BLOCKS = 2;

  /** What size and crop and pooled text become together in SDXL: 1280 + 6 · 256. */
  static final int CONDITION = 2816;

  int levels() {
    return channels.size();
  }

  int time() {
    return 4 * channels.get(0);
  }

  int middleDepth() {
    return depths.stream().mapToInt(depth -> depth).max().orElse(0);
  }
}
