package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.data.Container;
import dev.lorax.text.Tokenizer;
import dev.lorax.train.Windows;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A text as tokens, cut in two.
 *
 * @param name what messages call it, for example its file
 * @param train what is learned from
 * @param heldOut what is measured on; may be empty
 */
public record TextData(String name, int[] train, int[] heldOut) {
  /**
   * Reads a text file.
   *
   * @param share of the tokens that is held out, at the end of the text; 0 holds out none
   * @throws Failure if it cannot be read, is not UTF-8, or holds no text
   */
  public static TextData read(Path file, Tokenizer tokenizer, double share) {
    String text = text(file);
    if (text.isBlank()) {
      throw Failure.of(file + " holds no text: there is nothing to learn from");
    }
    return of(file.toString(), tokenizer.encode(text), share);
  }

  /** Cuts a text; where the share is too small for a single prediction, none is held out. */
  public static TextData of(String name, int[] tokens, double share) {
    if (share == 0 || Math.round(tokens.length * share) < 2) {
      return new TextData(name, tokens, new int[0]);
    }
    Windows.Split split = Windows.split(tokens, share);
    return new TextData(name, split.train(), split.heldOut());
  }

  /** The number of all tokens. */
  public int tokens() {
    return train.length + heldOut.length;
  }

  /** The text of a file in UTF-8, gzipped or not, with no byte order mark. */
  public static String text(Path file) {
    if (Files.isDirectory(file)) {
      throw Failure.of(file + " is a folder: name a text file in it");
    }
    if (!Files.exists(file)) {
      throw Failure.of(file + ": no such file; give a text file in UTF-8");
    }
    try (InputStream in = Container.unpacked(file)) {
      return decode(file, in.readAllBytes());
    } catch (EOFException cut) {
      throw Failure.unreadable(file, new IOException("its gzip data are cut off", cut));
    } catch (IOException failed) {
      throw Failure.unreadable(file, failed);
    }
  }

  private static String decode(Path file, byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      throw Failure.of(notUtf8(file, bytes, in.position()));
    }
    String text = out.flip().toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static String notUtf8(Path file, byte[] bytes, int place) {
    int line = 1;
    for (int i = 0; i < place; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return "%s, line %d: byte 0x%02X is not UTF-8: save the file as UTF-8 text"
        .formatted(file, line, bytes[place]);
  }
}
