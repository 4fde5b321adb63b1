package dev.lorax.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;

/** Places in a text from the library's count, in code points, to Java's, in UTF-16 units. */
final class CodePoints {
  /** Where each code point begins; null where both counts are the same. */
  private final int[] units;

  CodePoints(String text) {
    int count = text.codePointCount(0, text.length());
    units = count == text.length() ? null : new int[count + 1];
    for (int i = 0, unit = 0; units != null && i < count; i++) {
      unit = text.offsetByCodePoints(unit, 1);
      units[i + 1] = unit;
    }
  }

  Encoding encoding(int[] ids, CharSpan[] spans) {
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      boolean added = spans[i] == null;
      starts[i] = added ? Encoding.NOWHERE : unit(spans[i].getStart());
      ends[i] = added ? Encoding.NOWHERE : unit(spans[i].getEnd());
    }
    return new Encoding(ids, starts, ends);
  }

  private int unit(int point) {
    return units == null ? point : units[point];
  }
}
