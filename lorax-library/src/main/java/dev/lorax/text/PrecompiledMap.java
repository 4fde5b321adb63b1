package dev.lorax.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;

/**
 * SentencePiece's table of normalisations: a double array of bytes (Aoe 1989, as darts-clone packs
 * it) whose values are places in a text.
 */
final class PrecompiledMap {
  private final int[] units;
  private final ByteBuffer text;
  private final BitSet seen = new BitSet();
  private final ArrayDeque<Integer> open = new ArrayDeque<>();

  private PrecompiledMap(int[] units, ByteBuffer text) {
    this.units = units;
    this.text = text;
  }

  /** Refuses tables in which a look-up would leave the table or the text. */
  static void check(String base64) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(decoded(base64)).order(ByteOrder.LITTLE_ENDIAN);
    long size = bytes.remaining() < 4 ? 0 : Integer.toUnsignedLong(bytes.getInt());
    if (size < 4 || size > bytes.remaining()) {
      throw damaged();
    }
    int[] units = new int[(int) size / 4];
    for (int i = 0; i < units.length; i++) {
      units[i] = bytes.getInt();
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(bytes.slice());
    } catch (CharacterCodingException binary) {
      throw damaged();
    }
    new PrecompiledMap(units, bytes.slice()).walk();
  }

  private static byte[] decoded(String base64) throws IOException {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (Base64.getEncoder().encodeToString(bytes).equals(base64)) { // padded as Rust wants it
        return bytes;
      }
    } catch (IllegalArgumentException broken) {
      // told below
    }
    throw damaged();
  }

  private static IOException damaged() {
    return new IOException("the normalizer's precompiled_charsmap is damaged");
  }

  private void walk() throws IOException {
    visit(0);
    while (!open.isEmpty()) {
      int place = open.pop();
      int unit = units[place];
      int next = place ^ (unit >>> 10 << ((unit & 1 << 9) >>> 6));
      require(next >= 0 && (next | 0xff) < units.length); // whatever byte comes
      if (place != 0 && (unit >>> 8 & 1) == 1) {
        requireText(units[next] & Integer.MAX_VALUE);
      }
      for (int label = 1; label < 256; label++) {
        if ((units[next ^ label] & (1 << 31 | 0xff)) == label) {
          visit(next ^ label);
        }
      }
    }
  }

  private void visit(int place) {
    if (!seen.get(place)) {
      seen.set(place);
      open.push(place);
    }
  }

  /** A character begins there, or the text ends. */
  private void requireText(int place) throws IOException {
    require(place <= text.limit());
    require(place == text.limit() || (text.get(place) & 0xc0) != 0x80);
  }

  private static void require(boolean fits) throws IOException {
    if (!fits) {
      throw damaged();
    }
  }
}
