package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.lora.Adapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationMemoryTest {
  private static final int WARM = 200;
  private static final int TOKENS = 1000;

  /** Keys and values of two blocks. */
  private static final int CACHED = 4;

  /**
   * Code that the JVM compiles, its tables, and what the C library keeps: 9 MB were seen; without
   * vectors 14, where products are compiled for new lengths (that ends after some 4,000 tokens).
   * Garbage on the Java heap, ten times that, is collected before each look.
   */
  private static final long MOST_GROWTH = 20 << 20;

  @TempDir private Path folder;

  /** Rotary positions have no end: the same model with room for many tokens. */
  @BeforeEach
  void widen() throws IOException {
    Path source = TinyModel.golden("llama-lora-qkv");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(
            file,
            folder.resolve(source.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    ObjectMapper json = new ObjectMapper();
    Path config = folder.resolve("config.json");
    ObjectNode tree = (ObjectNode) json.readTree(config.toFile());
    json.writeValue(config.toFile(), tree.put("max_position_embeddings", 8192));
  }

  @Test
  void aThousandTokensLeaveNothingBehind() throws InterruptedException {
    try (TinyModel model = new TinyModel(folder);
        Adapter adapter = model.adapter();
        Generation text =
            Generation.of(model, adapter).seed(1).maxTokens(2 * TOKENS).prompt("the lorax")) {
      advance(text, WARM); // classes are loaded, and the garbage of opening is gone
      long pointers = settledCount();
      long bytes = Pointer.physicalBytes();
      for (int count = WARM + 50; count <= WARM + TOKENS; count += 50) {
        advance(text, count);
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(pointers);
      }
      settledCount();
      assertThat(Pointer.physicalBytes() - bytes).isLessThan(MOST_GROWTH);
      long before = Pointer.totalCount();
      text.close();
      assertThat(Pointer.totalCount()).isEqualTo(before - CACHED);
    }
  }

  /** The pointers alive once those are freed that other tests left to the garbage collector. */
  private static long settledCount() throws InterruptedException {
    long count = Pointer.totalCount();
    for (int quiet = 0; quiet < 5; ) {
      System.gc();
      Thread.sleep(20); // another thread frees them
      quiet = Pointer.totalCount() == count ? quiet + 1 : 0;
      count = Pointer.totalCount();
    }
    return count;
  }

  private static void advance(Generation text, int tokens) {
    while (text.measurement().generatedTokens() < tokens) {
      text.next();
    }
  }
}
