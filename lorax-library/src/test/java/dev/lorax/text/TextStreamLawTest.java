package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Pieces put together are the decoded whole, for every kind of tokenizer and any ids. */
class TextStreamLawTest {
  private static final Map<String, Tokenizer> TOKENIZERS = new LinkedHashMap<>();
  private static Path scratch;

  @BeforeContainer
  static void open() throws IOException {
    scratch = Files.createTempDirectory("tokenizers");
    for (String name : Tokenizers.NAMES) {
      TOKENIZERS.put(name, Tokenizer.open(Tokenizers.folder(name)));
    }
    TOKENIZERS.put("visible bytes", Tokenizer.open(Tokenizers.withVisibleBytes(folder("bytes"))));
    TOKENIZERS.put("metaspace", Tokenizer.open(decoder("metaspace", METASPACE)));
    TOKENIZERS.put("word piece", Tokenizer.open(decoder("wordpiece", WORD_PIECE)));
    TOKENIZERS.put("suffix", Tokenizer.open(suffix()));
    TOKENIZERS.put("no decoder", Tokenizer.open(decoder("none", "null")));
  }

  private static final String METASPACE =
      "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"always\",\"split\":true}";
  private static final String WORD_PIECE =
      "{\"type\":\"WordPiece\",\"prefix\":\"▁\",\"cleanup\":true}";

  private static Path folder(String name) throws IOException {
    return Files.createDirectory(scratch.resolve(name));
  }

  /** The Llama 2 vocabulary under another way of putting tokens together. */
  private static Path decoder(String name, String decoder) throws IOException {
    var tree = Tokenizers.JSON.readTree(decoder);
    return Tokenizers.changed(
        "llama2_bytefallback", folder(name), json -> json.set("decoder", tree));
  }

  /** Words marked at their end, where a space follows only if another token does. */
  private static Path suffix() throws IOException {
    var model =
        "{\"type\":\"WordLevel\",\"unk_token\":\"x\",\"vocab\":{\"x\":0,\"lo\":1,"
            + "\"rax</w>\":2,\"tr\":3,\"ee\":4,\"s</w>\":5,\"</w>\":6,\"🦙\":7,\"🦙</w>\":8}}";
    var decoder = "{\"type\":\"BPEDecoder\",\"suffix\":\"</w>\"}";
    var models = Tokenizers.JSON.readTree(model);
    var decoders = Tokenizers.JSON.readTree(decoder);
    return Tokenizers.changed(
        "llama2_bytefallback",
        folder("suffix"),
        json -> {
          json.set("model", models);
          json.set("decoder", decoders);
          json.remove("added_tokens");
          json.putNull("post_processor");
        });
  }

  @AfterContainer
  static void close() throws IOException {
    TOKENIZERS.values().forEach(Tokenizer::close);
    TOKENIZERS.clear();
    try (var files = Files.walk(scratch)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  @Property(tries = 2000)
  void piecesOfRandomIdsAreTheDecodedWhole(
      @ForAll("kinds") String kind, @ForAll("ids") List<Integer> ids) {
    Tokenizer tokenizer = TOKENIZERS.get(kind);
    check(tokenizer, ids.stream().mapToInt(id -> id % (tokenizer.size() + 2)).toArray());
  }

  @Property(tries = 2000)
  void piecesOfRandomBytesAreTheDecodedWhole(
      @ForAll("kinds") String kind, @ForAll("bytes") List<Integer> ids) {
    check(TOKENIZERS.get(kind), ids.stream().mapToInt(id -> id).toArray());
  }

  @Property(tries = 1000)
  void noPieceOfAnEncodedTextHoldsHalfACharacter(
      @ForAll("roundTrips") String kind, @ForAll("texts") String text) {
    Tokenizer tokenizer = TOKENIZERS.get(kind);
    int[] ids = tokenizer.encode(text);
    List<String> pieces = TextStreamTest.pieces(tokenizer.stream(), ids);
    assertThat(String.join("", pieces)).isEqualTo(text).isEqualTo(tokenizer.decode(ids));
    assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD"));
  }

  @Property(tries = 2000)
  void aStreamAfterOtherIdsGivesWhatItsOwnAddToTheirText(
      @ForAll("roundTrips") String kind,
      @ForAll("texts") String text,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    Tokenizer tokenizer = TOKENIZERS.get(kind);
    int[] ids = tokenizer.encode(text);
    int before = (int) (share * ids.length);
    TextStream stream = tokenizer.streamAfter(Arrays.copyOf(ids, before));
    int[] own = Arrays.copyOfRange(ids, before, ids.length);
    String known = tokenizer.decode(Arrays.copyOf(ids, before)).replaceFirst("\uFFFD+$", "");
    assertThat(known + String.join("", TextStreamTest.pieces(stream, own))).isEqualTo(text);
  }

  private static void check(Tokenizer tokenizer, int[] ids) {
    List<String> pieces = TextStreamTest.pieces(tokenizer.stream(), ids);
    assertThat(String.join("", pieces)).as(Arrays.toString(ids)).isEqualTo(tokenizer.decode(ids));
  }

  @Provide
  Arbitrary<String> kinds() {
    return Arbitraries.of(TOKENIZERS.keySet());
  }

  @Provide
  Arbitrary<String> roundTrips() {
    return Arbitraries.of("gpt2_bytelevel", "llama3_split", "visible bytes");
  }

  @Provide
  Arbitrary<List<Integer>> ids() {
    return Arbitraries.integers().between(0, 2000).list().ofMaxSize(60);
  }

  /** In all three vocabularies the low ids are single bytes, or characters that stand for them. */
  @Provide
  Arbitrary<List<Integer>> bytes() {
    return Arbitraries.integers().between(1, 375).list().ofMaxSize(40);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "a", " ", "  ", "\n", "é", "e\u0301", "你", "好", "界", "🦙", "🚀", "👩‍🌾", "Привет",
            " the")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }
}
