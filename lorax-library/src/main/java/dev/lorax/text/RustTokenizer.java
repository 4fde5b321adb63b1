package dev.lorax.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * One native tokenizer of Hugging Face's Rust library, and nothing else.
 *
 * <p>It calls the binding's native methods directly, not {@code HuggingFaceTokenizer}: that class
 * truncates at 512 tokens unless told otherwise, builds every token's text and character span when
 * only ids are wanted, and reports its use over the network on some cloud machines.
 */
final class RustTokenizer implements AutoCloseable {
  private final TokenizersLibrary library;
  private final Path file;
  private long handle;

  /**
   * From the text of a file.
   *
   * @param file for messages
   */
  RustTokenizer(TokenizersLibrary library, Path file, String json) {
    this.library = library;
    this.file = file;
    handle = library.createTokenizerFromString(json);
    // The file may ask for either; transformers' tokenizer(text) does neither.
    library.disableTruncation(handle);
    library.disablePadding(handle);
  }

  int[] encode(String text, boolean withSpecials) {
    long encoding = encoded(text, withSpecials);
    try {
      return ids(encoding);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  /** From now on no encoding is longer: the longer of its texts is cut, a token at a time. */
  void cutAt(int tokens) {
    library.setTruncation(open(), tokens, "LONGEST_FIRST", 0);
  }

  TypedIds encodeTyped(String text, Optional<String> second) {
    String first = wellFormed(text);
    long encoding =
        second.isPresent()
            ? told(() -> library.encodeDual(open(), first, wellFormed(second.get()), true))
            : encoded(text, true);
    try {
      return new TypedIds(ids(encoding), whole(library.getTypeIds(encoding)));
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  Encoding encodeWithPlaces(String text, boolean withSpecials) {
    long encoding = encoded(text, withSpecials);
    try {
      return new CodePoints(text).encoding(ids(encoding), library.getTokenCharSpans(encoding));
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  private long encoded(String text, boolean withSpecials) {
    return told(() -> library.encode(open(), wellFormed(text), withSpecials));
  }

  /** An unknown token, for example, is missed only where a text has an unknown character. */
  private long told(LongSupplier encoding) {
    try {
      return encoding.getAsLong();
    } catch (IllegalStateException closed) {
      throw closed;
    } catch (RuntimeException failed) {
      String line = String.valueOf(failed.getMessage()).lines().findFirst().orElse("no detail");
      throw new IllegalArgumentException(
          "%s cannot encode this text: %s".formatted(file, line), failed);
    }
  }

  private int[] ids(long encoding) {
    return whole(library.getTokenIds(encoding));
  }

  private static int[] whole(long[] numbers) {
    return Arrays.stream(numbers).mapToInt(Math::toIntExact).toArray();
  }

  String decode(int[] ids, int from, int to, boolean skipSpecials) {
    long[] wide = new long[to - from];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = ids[from + i];
    }
    return library.decode(open(), wide, skipSpecials);
  }

  /** Half a surrogate pair has no UTF-8 form and would garble the whole text on its way down. */
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (text.codePointAt(i) == c) {
          return repaired(text);
        }
        i++;
      }
    }
    return text;
  }

  private static String repaired(String text) {
    return text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private long open() {
    if (handle == 0) {
      throw new IllegalStateException("The tokenizer is closed: open the folder again.");
    }
    return handle;
  }

  @Override
  public void close() {
    if (handle != 0) {
      library.deleteTokenizer(handle);
      handle = 0;
    }
  }
}
