package dev.lorax.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the files of a tokenizer folder; what is wrong with one becomes one clear line. */
final class TokenizerFiles {
  private TokenizerFiles() {}

  /** A step of reading that may fail. */
  interface Reading<T> {
    T read() throws IOException;
  }

  /** The folder's {@code tokenizer.json}, or an error that says where to get one. */
  static Path tokenizer(Path folder) {
    Path file = folder.resolve("tokenizer.json");
    if (Files.isRegularFile(file)) {
      return file;
    }
    if (!Files.isDirectory(folder)) {
      throw missing(folder + " is not a folder: give the folder that holds tokenizer.json.");
    }
    throw missing(
        "No tokenizer.json in "
            + folder
            + ": fetch tokenizer.json, tokenizer_config.json and special_tokens_map.json from the"
            + " model's page, or make them with transformers:"
            + " AutoTokenizer.from_pretrained(model).save_pretrained(folder).");
  }

  private static UncheckedIOException missing(String message) {
    return new UncheckedIOException(message, new FileNotFoundException(message));
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read " + file + " (" + e + "): it must be a readable file in UTF-8.", e);
    }
  }

  static <T> T parsed(Path file, Reading<T> reading) {
    try {
      return reading.read();
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw broken(file + where, e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw broken(file.toString(), e.getMessage(), e);
    }
  }

  private static UncheckedIOException broken(String where, String what, IOException cause) {
    String line = what.lines().findFirst().orElse("no detail");
    return new UncheckedIOException(
        where + " is broken (" + line + "): fetch the file again, it may be half a download.",
        cause);
  }
}
