package dev.lorax.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * GPT-2's printable stand-ins for the 256 byte values.
 *
 * <p>Bytes that print stand for themselves; the others, in order, for the characters from U+0100
 * on, so that a space is {@code Ġ} (Radford et al. 2019, {@code bytes_to_unicode} of the released
 * encoder).
 */
final class ByteAlphabet {
  private static final char[] LETTERS = new char[256];

  static {
    int hidden = 0;
    for (int b = 0; b < 256; b++) {
      LETTERS[b] = prints(b) ? (char) b : (char) (256 + hidden++);
    }
  }

  private ByteAlphabet() {}

  private static boolean prints(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
  }

  /** The 256 letters in GPT-2's order: first those that stand for themselves, then the others. */
  static List<String> letters() {
    List<String> printing = new ArrayList<>();
    List<String> hidden = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      (prints(b) ? printing : hidden).add(String.valueOf(LETTERS[b]));
    }
    printing.addAll(hidden);
    return printing;
  }

  /** Spells a text's UTF-8 bytes in this alphabet, one letter a byte. */
  static String spell(String text) {
    StringBuilder letters = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      letters.append(LETTERS[b & 0xFF]);
    }
    return letters.toString();
  }
}
