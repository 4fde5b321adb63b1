package dev.lorax.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a {@link BpeModel} as the two tokenizer files of a Hugging Face checkpoint folder. */
public final class TokenizerFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String TOKENIZER =
      """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
          {
            "id": 0, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true
          }
        ],
        "normalizer": null,
        "pre_tokenizer": {
          "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true
        },
        "post_processor": null,
        "decoder": {
          "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true
        },
        "model": {
          "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
          "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
          "ignore_merges": false, "vocab": {}, "merges": []
        }
      }
      """;

  private static final String CONFIG =
      """
      {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|endoftext|>",
        "eos_token": "<|endoftext|>",
        "clean_up_tokenization_spaces": false
      }
      """;

  private TokenizerFolder() {}

  /**
   * Writes {@code tokenizer.json} and {@code tokenizer_config.json} into {@code folder}, which is
   * made if it is missing.
   *
   * @param maxLength the longest text in tokens that the model takes
   * @throws IOException if a file cannot be written
   */
  public static void write(Path folder, BpeModel model, int maxLength) throws IOException {
    Files.createDirectories(folder);
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(TOKENIZER);
    ObjectNode vocabulary = (ObjectNode) tokenizer.at("/model/vocab");
    model.tokens().forEach(token -> vocabulary.put(token, vocabulary.size()));
    ArrayNode merges = (ArrayNode) tokenizer.at("/model/merges");
    model.merges().forEach(merges::add);
    write(folder.resolve("tokenizer.json"), tokenizer);

    ObjectNode config = (ObjectNode) JSON.readTree(CONFIG);
    write(folder.resolve("tokenizer_config.json"), config.put("model_max_length", maxLength));
  }

  private static void write(Path file, ObjectNode content) throws IOException {
    // The same bytes on every system: Jackson breaks lines as the system does.
    Files.writeString(file, content.toPrettyString().replace("\r\n", "\n") + "\n");
  }
}
