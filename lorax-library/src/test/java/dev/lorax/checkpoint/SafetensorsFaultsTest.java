package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorax.HeapUse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every fault of a file is one line that names the file, the fault and the remedy. */
class SafetensorsFaultsTest {
  private static final String DAMAGED = " (the file is damaged; fetch or write it again)";

  @TempDir Path folder;

  @Test
  void a_missing_file() {
    assertThat(fault(folder.resolve("no.safetensors"))).endsWith("no such file: check the path");
  }

  @Test
  void a_folder() {
    assertThat(fault(folder)).endsWith(": is a folder: name a safetensors file");
  }

  @Test
  void a_file_of_less_than_eight_bytes() {
    assertThat(fault(raw(new byte[] {1, 0, 0})))
        .endsWith(
            "has 3 bytes, a safetensors file at least 8: the download was cut; fetch it again");
  }

  @Test
  void a_header_longer_than_the_file() {
    assertThat(fault(raw(prefixed(5000))))
        .endsWith(
            "announces a header of 5000 bytes, but only 2 follow:"
                + " the download was cut; fetch it again");
  }

  @ParameterizedTest
  @CsvSource({"100000001,100000001", "-1,18446744073709551615"})
  void a_header_above_the_limit(long length, String told) {
    assertThat(fault(raw(prefixed(length))))
        .endsWith(
            "announces a header of %s bytes, more than 100 MB: not a safetensors file"
                .formatted(told));
  }

  @Test
  void a_pointer_of_git_lfs() {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8);
    assertThat(fault(raw(pointer)))
        .endsWith("is a Git LFS pointer, not the weights: run 'git lfs pull' in its folder");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':  | its header is not valid JSON (Unexpected end-of-input",
        "hello  | its header is not valid JSON (Unrecognized token 'hello'",
        "{'\u0001':1} | its header is not valid JSON (Illegal unquoted character",
        "[1,2]  | its header is not a JSON object",
        "{} {}  | its header goes on after the JSON object",
        "{'a':1} | tensor 'a' is not an object",
        "{'__metadata__':1} | __metadata__ is not a JSON object",
        "{'__metadata__':{'k':1}} | __metadata__ has a value that is not a string at 'k'",
        "{'__metadata__':{'k':'1','k':'2'}} | __metadata__ has twice the key 'k'",
        "{'__metadata__':{},'__metadata__':{}} | the name '__metadata__' occurs twice"
      })
  void a_header_that_is_not_one(String header, String message) {
    assertThat(fault(header, 0)).contains("model.safetensors: " + message);
  }

  @Test
  void a_name_that_occurs_twice() {
    String entry = "'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}";
    assertThat(fault("{" + entry + "," + entry + "}", 1))
        .endsWith("the name 'a' occurs twice in its header" + DAMAGED);
  }

  @ParameterizedTest
  @CsvSource({"F8_E4M3,unsupported", "U32,unsupported", "Q4,unknown"})
  void a_type_that_is_not_read(String dtype, String state) {
    assertThat(fault("{'a':{'dtype':'%s','shape':[1],'data_offsets':[0,1]}}".formatted(dtype), 1))
        .endsWith(
            ("tensor 'a' has the %s element type '%s': convert it to one of"
                    + " F64, F32, BF16, F16, I64, I32, I16, I8, U8, BOOL")
                .formatted(state, dtype));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'shape':[1],'data_offsets':[0,1]                  | has no dtype",
        "'dtype':'U8','data_offsets':[0,1]                 | has no shape",
        "'dtype':'U8','shape':[1]                          | has no pair of data_offsets",
        "'dtype':'U8','shape':[1],'shape':[1]              | has shape twice",
        "'dtype':'U8','shape':[-1],'data_offsets':[0,1]    | has a shape that holds the negative number -1",
        "'dtype':'U8','shape':[1.5],'data_offsets':[0,1]   | has a shape that holds something else than",
        "'dtype':'U8','shape':1,'data_offsets':[0,1]       | has a shape that is not an array of numbers",
        "'dtype':'U8','shape':[9223372036854775808]        | has a shape that holds a number beyond 64 bits",
        "'dtype':'U8','shape':[1],'data_offsets':[-4,1]    | has a data_offsets that holds the negative",
        "'dtype':'U8','shape':[1],'data_offsets':[0]       | has no pair of data_offsets",
        "'dtype':'U8','shape':[1],'data_offsets':[2,1]     | ends at 1 before it begins at 2",
        "'dtype':'F32','shape':[2],'data_offsets':[0,4]    | is F32[2], 8 bytes, but its data_offsets"
            + " span 4",
        "'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,4]"
            + " | has the impossible shape [4611686018427387904]",
        "'dtype':'F32','shape':[4294967296,4294967296,0],'data_offsets':[0,0]"
            + " | has the impossible shape [4294967296, 4294967296, 0]"
      })
  void a_tensor_that_is_described_wrongly(String entry, String message) {
    assertThat(fault("{'a':{" + entry + "}}", 4))
        .contains("model.safetensors: tensor 'a' " + message)
        .endsWith(DAMAGED);
  }

  @Test
  void a_shape_of_too_many_dimensions() {
    String ones = IntStream.range(0, 65).mapToObj(i -> "1").collect(Collectors.joining(","));
    assertThat(fault("{'a':{'dtype':'U8','shape':[" + ones + "],'data_offsets':[0,1]}}", 1))
        .endsWith("tensor 'a' has a shape of over 64 numbers" + DAMAGED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0,4 | 2,6 | 6 | tensors 'a' and 'b' overlap: the file is damaged",
        "0,4 | 0,4 | 4 | tensors 'a' and 'b' overlap: the file is damaged",
        "0,4 | 6,10 | 10 | 2 bytes before tensor 'b' belong to no tensor: the file is damaged",
        "3,7 | 7,11 | 11 | 3 bytes before tensor 'a' belong to no tensor: the file is damaged",
        "0,4 | 4,8 | 9 | 1 bytes after the last tensor belong to no tensor: the file is damaged",
        "0,4 | 4,8 | 5 | the file ends 3 bytes early: the download was cut; fetch it again"
      })
  void data_that_does_not_lie_as_described(String a, String b, int bytes, String message) {
    String entry = "'%s':{'dtype':'F32','shape':[1],'data_offsets':[%s]}";
    String header = "{" + entry.formatted("a", a) + "," + entry.formatted("b", b) + "}";
    assertThat(fault(header, bytes)).contains("model.safetensors: " + message);
  }

  @Test
  void names_from_a_file_cannot_break_the_line() {
    String name = "a\\n\\u2028" + "x".repeat(10_000);
    assertThat(fault("{'" + name + "':1}", 0)).hasSizeLessThan(400).contains("characters)");
  }

  @Test
  void reading_a_header_allocates_a_small_multiple_of_its_size() {
    String entries =
        IntStream.range(0, 20_000)
            .mapToObj(i -> "'t%d':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}".formatted(i))
            .collect(Collectors.joining(",", "{", "}"));
    Path file = RawFile.write(folder, entries.replace('\'', '"'), new byte[0]);
    SafetensorsHeader.read(file);
    long before = HeapUse.allocated();
    SafetensorsHeader.read(file);
    assertThat(HeapUse.allocated() - before).isLessThan(20L * entries.length());
  }

  private String fault(String header, int dataBytes) {
    return fault(RawFile.write(folder, header.replace('\'', '"'), new byte[dataBytes]));
  }

  private static String fault(Path file) {
    CheckpointException fault =
        catchThrowableOfType(CheckpointException.class, () -> Safetensors.open(file).close());
    assertThat(fault).isNotNull();
    assertThat(fault.getMessage()).startsWith(file.toString()).doesNotContain("\n", "\u2028");
    return fault.getMessage();
  }

  private Path raw(byte[] content) {
    return RawFile.write(folder.resolve("model.safetensors"), content);
  }

  private static byte[] prefixed(long length) {
    return ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }
}
