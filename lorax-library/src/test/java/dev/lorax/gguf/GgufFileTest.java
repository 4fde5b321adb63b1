package dev.lorax.gguf;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GGUF files are read as llama.cpp's own package wrote them, and written byte for byte alike. */
class GgufFileTest {
  /** Made by docs/interop/gguf_fixture.py. */
  static final Path FIXTURE = Path.of("src/test/resources/gguf/every-kind.gguf");

  private static final Set<OpenOption> FRESH = Set.of(CREATE, TRUNCATE_EXISTING, WRITE);

  @TempDir Path folder;

  @Test
  void valuesOfEveryKindAreRead() {
    try (GgufFile file = GgufFile.open(FIXTURE)) {
      Map<String, Object> found = new LinkedHashMap<>();
      file.metadata().forEach((key, value) -> found.put(key, value.value()));
      assertThat(found)
          .containsEntry("general.architecture", "gpt2")
          .containsEntry("kind.u8", 200L)
          .containsEntry("kind.i8", -100L)
          .containsEntry("kind.u16", 60000L)
          .containsEntry("kind.i16", -30000L)
          .containsEntry("kind.u32", 4000000000L)
          .containsEntry("kind.i32", -2000000000L)
          .containsEntry("kind.u64", Long.MIN_VALUE + 1)
          .containsEntry("kind.i64", -(1L << 62))
          .containsEntry("kind.f32", 0.1f)
          .containsEntry("kind.f64", 0.1)
          .containsEntry("kind.bool", true)
          .containsEntry("kind.text", "naïve 東京\n")
          .containsEntry("array.text", List.of("", "a", "é"));
      assertThat((long[]) found.get("array.i32")).containsExactly(-1, 0, Integer.MAX_VALUE);
      assertThat((float[]) found.get("array.f32")).containsExactly(0.5f, -1.5f);
      assertThat((boolean[]) found.get("array.bool")).containsExactly(true, false);
      assertThat(file.metadata().get("array.text")).hasToString("3 × text");
      assertThat(file.text("general.architecture")).contains("gpt2");
      assertThat(file.number("kind.f64")).hasValue(0.1);
      assertThat(file.number("kind.text")).isEmpty();
    }
  }

  @Test
  void tensorsOfEveryTypeAreRead() {
    try (GgufFile file = GgufFile.open(FIXTURE);
        Scope scope = new Scope()) {
      Tensor exact = scope.adopt(file.get("x.f32"));
      assertThat(exact.shape()).isEqualTo(Shape.of(6, 64));
      assertThat(scope.adopt(file.get("x.f16")).toFloats())
          .isEqualTo(exact.to(DType.F16).toFloats());
      assertThat(scope.adopt(file.get("x.bf16")).toFloats())
          .isEqualTo(exact.to(DType.BF16).toFloats());
      float[] blocks = scope.adopt(file.get("x.q8_0")).toFloats();
      float[] wanted = exact.toFloats();
      for (int i = 0; i < blocks.length; i++) {
        float largest = 0;
        for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
          largest = Math.max(largest, Math.abs(wanted[j]));
        }
        assertThat(Math.abs(blocks[i] - wanted[i]))
            .isLessThanOrEqualTo(largest * 0.505f / 127 + 127 * 3e-8f);
      }
      assertThat(scope.adopt(file.get("vector")).toFloats()).containsExactly(0, 1, 2);
      assertThat(file.tensors().get("x.q8_0")).hasToString("q8_0[6, 64]");
    }
  }

  /** Of the exact numbers; blocks too, with halves rounded away from zero. */
  @Test
  void theSameFileIsWrittenByteForByte() {
    try (GgufFile file = GgufFile.open(FIXTURE)) {
      GgufWriter.write(
          folder.resolve("x.gguf"),
          file.metadata(),
          file.tensors(),
          name -> {
            try (Scope inner = new Scope()) {
              Tensor exact = inner.adopt(file.get(name.startsWith("x.") ? "x.f32" : name));
              return inner.release(exact.handle());
            }
          });
    }
    assertThat(folder.resolve("x.gguf")).hasSameBinaryContentAs(FIXTURE);
  }

  @Test
  void largeTensorsGoInBlocksOfRows() throws IOException {
    try (Scope scope = new Scope()) {
      Tensor turned = Tensor.normal(DType.BF16, 1, 7, 64, 37).transpose(0, 1);
      for (GgufType type : GgufType.values()) {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        for (int block : new int[] {1, 200, 1 << 20}) {
          try (FileChannel channel = FileChannel.open(parts, FRESH)) {
            new GgufWriter(parts, channel, block).rows(turned, type);
          }
          if (block == 1) {
            Files.copy(parts, whole, StandardCopyOption.REPLACE_EXISTING);
          }
          assertThat(parts).hasSameBinaryContentAs(whole);
          assertThat(Files.size(parts)).isEqualTo(type.bytes(turned.shape()));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 70000, it holds 70000.0",
    "F16, NaN, it holds NaN",
    "Q8_0, Infinity, it holds Infinity",
    "Q8_0, 1e8, it holds 1.0E8"
  })
  void numbersThatATypeCannotHoldAreRefused(GgufType type, float number, String why) {
    float[] numbers = new float[32];
    numbers[3] = number;
    Path file = folder.resolve("x.gguf");
    Map<String, GgufTensor> layout = Map.of("w", new GgufTensor(type, Shape.of(32)));
    assertThatThrownBy(
            () -> GgufWriter.write(file, Map.of(), layout, name -> Tensor.of(numbers, 32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "%s: tensor 'w' cannot be written as %s: %s; write it as bf16 or f32"
                .formatted(file, type, why));
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void namesThatLlamaCppDoesNotReadAreRefused() {
    Map<String, GgufTensor> layout =
        Map.of("n".repeat(64), new GgufTensor(GgufType.F32, Shape.of(1)));
    assertThatThrownBy(() -> GgufWriter.write(folder.resolve("x"), Map.of(), layout, name -> null))
        .hasMessageContaining("is longer than 63 bytes");
  }

  /** Each row: what is replaced (once), by what, and what the error says. */
  @ParameterizedTest
  @CsvSource({
    "GGUF, GGML, does not begin with GGUF",
    "GGUF, vers, is a Git LFS pointer",
    "kind.i8, kind.u8, value 'kind.u8' is there twice",
    "x.f16, x.f32, tensor 'x.f32' is there twice"
  })
  void damagedTextsAreTold(String old, String fresh, String why) throws IOException {
    byte[] content = Files.readAllBytes(FIXTURE);
    int place = place(content, old);
    System.arraycopy(fresh.getBytes(StandardCharsets.UTF_8), 0, content, place, fresh.length());
    assertThatThrownBy(() -> open(content)).hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 50331648, is a big-endian GGUF file",
    "4, 1, has GGUF version 1",
    "8, 1000000, announces 1000000 tensors but only",
    "16, -1, announces",
    "24, 2000000000, announces 2000000000 bytes of a key",
  })
  void damagedCountsAreTold(int place, int number, String why) throws IOException {
    ByteBuffer content =
        ByteBuffer.wrap(Files.readAllBytes(FIXTURE)).order(ByteOrder.LITTLE_ENDIAN);
    content.putInt(place, number);
    assertThatThrownBy(() -> open(content.array()))
        .isInstanceOf(CheckpointException.class)
        .message()
        .satisfies(told -> assertThat(told.replace(",", "")).contains(why));
  }

  /** After a tensor's name: number of dimensions, two lengths of 8 bytes, type, place. */
  @ParameterizedTest
  @CsvSource({
    "0, 5, has 5 dimensions",
    "4, 2000000000, is larger than the file",
    "20, 2, 'tensor ''x.f32'' has type Q4_0, but only f32, f16, bf16, q8_0 are read'",
    "20, 8, begins at byte",
    "24, 32, begins at byte 32 of the data instead of 0"
  })
  void damagedTensorsAreTold(int place, int number, String why) throws IOException {
    ByteBuffer content =
        ByteBuffer.wrap(Files.readAllBytes(FIXTURE)).order(ByteOrder.LITTLE_ENDIAN);
    content.putInt(place(content.array(), "x.f32") + 5 + place, number);
    assertThatThrownBy(() -> open(content.array())).hasMessageContaining(why);
  }

  @Test
  void missingFilesAndTensorsAreTold() {
    assertThatThrownBy(() -> GgufFile.open(folder.resolve("none")))
        .hasMessage(folder.resolve("none") + ": no such file: check the path");
    assertThatThrownBy(() -> GgufFile.open(folder)).hasMessageContaining("not a regular file");
    try (GgufFile file = GgufFile.open(FIXTURE)) {
      assertThatThrownBy(() -> file.get("y"))
          .hasMessage(FIXTURE + ": has no tensor 'y'; it holds 5");
    }
  }

  private void open(byte[] content) throws IOException {
    GgufFile.open(Files.write(folder.resolve("damaged.gguf"), content)).close();
  }

  private static int place(byte[] content, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= content.length - wanted.length; i++) {
      if (Arrays.equals(content, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError(text);
  }
}
