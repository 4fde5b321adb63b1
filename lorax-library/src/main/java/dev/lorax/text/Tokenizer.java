package dev.lorax.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back, exactly as the model's own tokenizer does.
 *
 * <p>It runs Hugging Face's tokenizers library on a checkpoint's {@code tokenizer.json}, in this
 * process, with no network. Nothing is truncated or padded. Decoding does not tidy spaces before
 * punctuation, whatever {@code clean_up_tokenization_spaces} says: for the byte-pair tokenizers of
 * language models transformers ignores that setting too, because it loses text.
 *
 * <p>Encoding and decoding may run on several threads at once; {@link #close} may not run beside
 * them. A closed tokenizer answers {@link IllegalStateException}.
 */
public final class Tokenizer implements AutoCloseable {
  private final RustTokenizer rust;
  private final Vocabulary vocabulary;
  private final SpecialTokens specials;

  private Tokenizer(RustTokenizer rust, Vocabulary vocabulary, SpecialTokens specials) {
    this.rust = rust;
    this.vocabulary = vocabulary;
    this.specials = specials;
  }

  /**
   * Loads the native library now, where otherwise the first tokenizer would; see {@code
   * dev.lorax.tensor.Engine.load()}, which does the same for libtorch.
   *
   * <p>It never fails: what is wrong is told to whoever opens a tokenizer.
   */
  public static void load() {
    RustLibrary.load();
  }

  /**
   * Opens the tokenizer of a checkpoint folder: {@code tokenizer.json}, and, where they exist,
   * {@code tokenizer_config.json} and {@code special_tokens_map.json}.
   *
   * @throws java.io.UncheckedIOException if a file is missing, unreadable or not JSON
   * @throws IllegalArgumentException if {@code tokenizer.json} describes no tokenizer
   */
  public static Tokenizer open(Path folder) {
    Path file = TokenizerFiles.tokenizer(folder);
    String json = TokenizerFiles.text(file);
    Vocabulary vocabulary = TokenizerFiles.parsed(file, () -> Vocabulary.read(json));
    SpecialTokens specials = SpecialTokens.read(folder, vocabulary);
    return new Tokenizer(rust(file, json), vocabulary, specials);
  }

  /**
   * The same, but no encoding is longer than so many tokens, special ones included: of a pair, the
   * longer text is cut first, a token at a time.
   *
   * @throws IllegalArgumentException if the special tokens alone fill that
   */
  public static Tokenizer open(Path folder, int longest) {
    Tokenizer tokenizer = open(folder);
    int specials = tokenizer.encodeTyped("", Optional.of("")).ids().length;
    if (longest <= specials) {
      tokenizer.close();
      throw new IllegalArgumentException(
          "%d tokens have no room for a text beside %d special ones".formatted(longest, specials));
    }
    tokenizer.rust.cutAt(longest);
    return tokenizer;
  }

  private static RustTokenizer rust(Path file, String json) {
    TokenizersLibrary library = RustLibrary.get();
    try {
      return new RustTokenizer(library, file, json);
    } catch (RuntimeException e) {
      String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("no detail");
      throw new IllegalArgumentException(
          file
              + " describes no tokenizer that this version can run ("
              + line
              + "): save it again with transformers' save_pretrained.",
          e);
    }
  }

  /**
   * The ids of a text, with no special token added at either end.
   *
   * <p>Special tokens that the text itself spells out, as chat templates do, become their ids.
   */
  public int[] encode(String text) {
    return rust.encode(text, false);
  }

  /** The ids of a text with the special tokens that the model expects around it. */
  public int[] encodeWithSpecials(String text) {
    return rust.encode(text, true);
  }

  /**
   * The ids of a text, and which of its characters each of them stands for.
   *
   * @param withSpecials whether to add the special tokens that the model expects around a text
   */
  public Encoding encodeWithPlaces(String text, boolean withSpecials) {
    return rust.encodeWithPlaces(text, withSpecials);
  }

  /**
   * The ids of a text, or of a pair, with the special tokens that the model expects, and which of
   * the two each of them belongs to.
   */
  public TypedIds encodeTyped(String text, Optional<String> second) {
    return rust.encodeTyped(text, second);
  }

  /** The text of ids; special tokens, and ids outside the vocabulary, are left out. */
  public String decode(int[] ids) {
    return rust.decode(ids, 0, ids.length, true);
  }

  /** The text of ids, special tokens spelled out. */
  public String decodeWithSpecials(int[] ids) {
    return rust.decode(ids, 0, ids.length, false);
  }

  String decode(int[] ids, int from, int to) {
    return rust.decode(ids, from, to, true);
  }

  /** A new stream that turns ids into text one at a time; see {@link TextStream}. */
  public TextStream stream() {
    return new TextStream(this);
  }

  /**
   * A new stream for ids that follow others, a prompt's for example: it gives what they add to the
   * text of those, a leading space included, which {@link #decode} of the new ids alone may drop.
   */
  public TextStream streamAfter(int[] ids) {
    return stream().after(ids);
  }

  /**
   * The largest id + 1, added tokens included: a model's embedding has at least this many rows.
   *
   * <p>Where ids have gaps this is more than the number of tokens.
   */
  public int size() {
    return vocabulary.size();
  }

  /** The id of one token as the vocabulary spells it, for example {@code "<|im_end|>"}. */
  public OptionalInt id(String token) {
    return vocabulary.id(token);
  }

  /** The token that begins a sequence, where the checkpoint names one. */
  public OptionalInt bosId() {
    return specials.bos();
  }

  /** The token that ends a sequence, where the checkpoint names one. */
  public OptionalInt eosId() {
    return specials.eos();
  }

  /** The token that fills a batch, where the checkpoint names one; it may equal the end token. */
  public OptionalInt padId() {
    return specials.pad();
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Frees the native tokenizer; closing twice is fine. */
  @Override
  public void close() {
    rust.close();
  }
}
