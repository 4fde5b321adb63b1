package dev.lorax.tensor;

import java.util.Arrays;

/**
 * The same on one number after the other, where Java has no vectors: sixteen rows at a time, whose
 * sums do not wait for each other.
 */
final class ScalarProducts implements Products {
  @Override
  public int few() {
    return 8;
  }

  @Override
  public void int8(byte[] values, float[] scales, int from, int to, Interleaved x, Output y) {
    float[] sums = new float[BLOCK];
    for (int block = from; block < to; block += BLOCK) {
      for (int token = 0; token < x.tokens(); token++) {
        Arrays.fill(sums, 0);
        add(values, block * x.in(), x, (x.first() + token) * x.in(), sums);
        int at = y.at() + (x.first() + token) * y.stride() + block;
        for (int row = 0; row < BLOCK; row++) {
          y.values()[at + row] = sums[row] * scales[block + row];
        }
      }
    }
  }

  private static void add(byte[] values, int start, Interleaved part, int from, float[] sums) {
    float[] x = part.x();
    int at = start;
    for (int k = from; k < from + part.in(); k++, at += BLOCK) {
      float factor = x[k];
      for (int row = 0; row < BLOCK; row++) {
        sums[row] += values[at + row] * factor;
      }
    }
  }

  @Override
  public void int4(int[] packed, int from, int to, Rounded x, Output y) {
    int groups = x.scales().length / x.tokens();
    float[] sums = new float[BLOCK];
    for (int block = from; block < to; block += BLOCK) {
      int start = block / BLOCK * (groups / 2) * Int4Weight.STRIDE;
      for (int token = 0; token < x.tokens(); token++) {
        Arrays.fill(sums, 0);
        for (int group = 0; group < groups; group++) {
          add(packed, start + group / 2 * Int4Weight.STRIDE, x, group * x.tokens() + token, sums);
        }
        int at = y.at() + (x.first() + token) * y.stride() + block;
        System.arraycopy(sums, 0, y.values(), at, BLOCK);
      }
    }
  }

  /** One group of 32 columns; sums in the halves of ints, as on vectors. */
  private static void add(int[] packed, int start, Rounded x, int index, float[] sums) {
    int tokens = x.tokens();
    int odd = index / tokens & 1;
    int words = start + (1 + 4 * odd) * BLOCK;
    int first = (index / tokens * 16) * tokens + index % tokens;
    for (int row = 0; row < BLOCK; row++) {
      int offset = x.offsets()[index];
      int low = offset;
      int high = offset >>> 16;
      for (int i = 0; i < 16; i++) {
        int word = packed[words + i / 4 * BLOCK + row];
        int pair = x.pairs()[first + i * tokens];
        low += ((word & 0xffff) >>> 4 * (i & 3)) * pair;
        high += (word >>> 16 + 4 * (i & 3)) * (pair >>> 16);
      }
      int scale = packed[start + row];
      float factor = Float.intBitsToFloat(odd == 0 ? scale << 16 : scale & 0xffff0000);
      sums[row] += ((short) low + (short) high) * x.scales()[index] * factor;
    }
  }

  @Override
  public void int8Values(byte[] values, float[] scales, int in, Region part, Plain target) {
    for (int block = part.row(); block < part.endRow(); block += BLOCK) {
      for (int column = part.column(); column < part.endColumn(); column++) {
        int at = block * in + column * BLOCK;
        int place = target.byColumn(block, column);
        for (int row = 0; row < BLOCK; row++) {
          target.put(place + row, values[at + row] * scales[block + row]);
        }
      }
    }
  }

  @Override
  public void int4Values(int[] packed, int in, Region part, Plain target) {
    for (int row = part.row(); row < part.endRow(); row++) {
      for (int column = part.column(); column < part.endColumn(); column++) {
        float value = Int4Weight.value(packed, in, row, column);
        target.put(target.byColumn(row, column), value);
      }
    }
  }

  @Override
  public void nf4Values(Span packed, BlockScales scales, int in, Region part, Plain target) {
    float[] values = new float[part.columns()];
    for (int row = part.row(); row < part.endRow(); row++) {
      Nf4Weight.read(packed, scales, row * (long) in + part.column(), values, 0, values.length);
      int place = target.byRow(row, part.column());
      for (int i = 0; i < values.length; i++) {
        target.put(place + i, values[i]);
      }
    }
  }
}
