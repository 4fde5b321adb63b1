package dev.lorax.diffusion;

/**
 * A module that LoRA can adapt: a dense layer or a convolution.
 *
 * @param part the network that it is in
 * @param path its name in diffusers, for example {@code mid_block.resnets.0.conv1}
 * @param original its name in the code of Stability AI, which Kohya's files have for SDXL's U-Net;
 *     elsewhere the path
 * @param in columns, or input channels
 * @param out rows, or output channels
 * @param kernel side of a convolution; 1 for what may also be dense
 */
record NetworkModule(Part part, String path, String original, int in, int out, int kernel) {
  NetworkModule(Part part, String path, int in, int out) {
    this(part, path, path, in, out, 1);
  }

  /** A name as Kohya's files have it, which is not a function that can be turned round. */
  static String flat(String name) {
    return name.replace('.', '_');
  }
}
