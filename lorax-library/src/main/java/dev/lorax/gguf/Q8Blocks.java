package dev.lorax.gguf;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** ggml's Q8_0: of 32 numbers a float16 {@code d = max |x| / 127}, and 32 times round(x / d). */
final class Q8Blocks {
  private static final int NUMBERS = GgufType.Q8_0.block();
  private static final float LARGEST = 127 * 65504f; // of a number, for a finite float16 scale

  private Q8Blocks() {}

  /**
   * The blocks of numbers in row order, as llama.cpp makes them: the quotient is formed with the
   * scale before it is rounded to float16, and halves are rounded away from zero.
   *
   * @throws ArithmeticException if a number is not finite, or too large for a float16 scale
   */
  static ByteBuffer of(float[] numbers) {
    int blocks = numbers.length / NUMBERS;
    float[] scales = new float[blocks];
    byte[] quotients = new byte[numbers.length];
    for (int block = 0; block < blocks; block++) {
      float scale = largest(numbers, block * NUMBERS) / 127f;
      float inverse = scale == 0 ? 0 : 1f / scale;
      scales[block] = scale;
      for (int i = block * NUMBERS; i < (block + 1) * NUMBERS; i++) {
        quotients[i] = rounded(numbers[i] * inverse);
      }
    }
    ByteBuffer halves =
        Tensor.of(scales, blocks).to(DType.F16).bytes().order(ByteOrder.nativeOrder());
    ByteBuffer content =
        ByteBuffer.allocate(blocks * (Short.BYTES + NUMBERS)).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < blocks; block++) {
      content.putShort(halves.getShort()).put(quotients, block * NUMBERS, NUMBERS);
    }
    return content.flip();
  }

  private static float largest(float[] numbers, int from) {
    float largest = 0;
    for (int i = from; i < from + NUMBERS; i++) {
      float size = Math.abs(numbers[i]);
      if (!(size <= LARGEST)) {
        throw new ArithmeticException("it holds " + numbers[i]);
      }
      largest = Math.max(largest, size);
    }
    return largest;
  }

  private static byte rounded(float quotient) {
    byte size = (byte) (Math.abs(quotient) + 0.5); // exact in float64, then cut
    return quotient < 0 ? (byte) -size : size;
  }

  /** The numbers of blocks, float32 in one row; lives in the open scope. */
  static Tensor read(Tensor bytes) {
    Tensor blocks = bytes.view(-1, Short.BYTES + NUMBERS);
    Tensor scales = blocks.narrow(1, 0, Short.BYTES).copy().viewAs(DType.F16).to(DType.F32);
    Tensor quotients = blocks.narrow(1, Short.BYTES, NUMBERS).copy().viewAs(DType.I8);
    return quotients.to(DType.F32).mul(scales);
  }
}
