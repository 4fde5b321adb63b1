package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RecordFileLawTest {
  /** Lines, blank ones too; long ones cross the borders of the buffer. */
  @Provide
  Arbitrary<List<String>> lines() {
    Arbitrary<String> blank = Arbitraries.of("", " ", "\t ");
    Arbitrary<String> line =
        Arbitraries.strings()
            .all()
            .excludeChars('\n', '\r')
            .ofMaxLength(30)
            .map(s -> "x" + s + "x");
    Arbitrary<String> wide = Arbitraries.integers().between(200_000, 300_000).map("y"::repeat);
    return Arbitraries.frequencyOf(Tuple.of(4, blank), Tuple.of(12, line), Tuple.of(1, wide))
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 100)
  void everyLineThatIsNotBlankComesBack(
      @ForAll("lines") List<String> lines,
      @ForAll boolean windows,
      @ForAll boolean packed,
      @ForAll boolean ended)
      throws IOException {
    String newline = windows ? "\r\n" : "\n";
    byte[] content =
        (String.join(newline, lines) + (ended ? newline : "")).getBytes(StandardCharsets.UTF_8);
    List<Integer> kept =
        IntStream.range(0, lines.size()).filter(i -> !blank(lines.get(i))).boxed().toList();
    Path file = Files.createTempFile("lines", "");
    try {
      Files.write(file, packed ? gzip(content) : content);
      try (RecordFile records = new RecordFile(file, new Framing.Lines())) {
        assertThat(records.count()).isEqualTo(kept.size());
        for (int i = kept.size() - 1; i >= 0; i--) { // in no particular order
          String record = new String(records.record(i), StandardCharsets.UTF_8);
          String line =
              new String(
                  lines.get(kept.get(i)).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
          assertThat(record).startsWith(line);
          assertThat(record.substring(line.length())).isBlank();
          assertThat(records.line(i)).isEqualTo(kept.get(i) + 1);
        }
      }
    } finally {
      Files.delete(file);
    }
  }

  @Provide
  Arbitrary<List<String>> texts() {
    Arbitrary<String> odd =
        Arbitraries.strings().withChars("ab,\"\\[]{}: \r\n\u00e9").ofMaxLength(12);
    return odd.list().ofMinSize(1).ofMaxSize(20);
  }

  @Property(tries = 300)
  void whateverTextsHoldCsvAndArraysGiveThemBack(
      @ForAll("texts") List<String> texts, @ForAll @IntRange(min = 1, max = 7) int buffer)
      throws IOException {
    List<String> rows = texts.stream().map(t -> '"' + t.replace("\"", "\"\"") + "\",x").toList();
    assertThat(records(new Framing.Rows(), String.join("\r\n", rows), buffer))
        .extracting(record -> Rows.cells(record).get(0))
        .isEqualTo(texts);
    ObjectMapper json = new ObjectMapper();
    List<Map<String, String>> objects = texts.stream().map(t -> Map.of(t, t)).toList();
    String array = json.writerWithDefaultPrettyPrinter().writeValueAsString(objects);
    assertThat(records(new Framing.Elements(), array, buffer))
        .extracting(record -> Rows.elements().row(record))
        .isEqualTo(objects);
  }

  /** The records of a content that arrives a few bytes at a time. */
  private static List<byte[]> records(Framing framing, String content, int buffer) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    RecordIndex index = new RecordIndex();
    for (int from = 0; from < bytes.length; from += buffer) {
      byte[] part = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + buffer));
      framing.scan(part, part.length, from, index);
    }
    index.finish(bytes.length);
    assertThat(framing.unfinished()).isNull();
    return IntStream.range(0, index.count())
        .mapToObj(i -> Arrays.copyOfRange(bytes, (int) index.start(i), (int) index.end(i)))
        .toList();
  }

  /** As {@code Framing} has it: ASCII blanks alone; other white space is a character. */
  private static boolean blank(String line) {
    return line.chars().allMatch(c -> c <= ' ');
  }

  @Test
  void placesBeyondFourGigabytesAreExact() {
    RecordIndex index = new RecordIndex();
    List<Long> places = new ArrayList<>();
    for (long place = 0; place < 40L << 30; place += 987_654_321L) {
      places.add(place);
      index.add(place);
    }
    index.finish(40L << 30);
    for (int i = 0; i < places.size(); i++) {
      assertThat(index.start(i)).isEqualTo(places.get(i));
      assertThat(index.end(i)).isEqualTo(i + 1 < places.size() ? places.get(i + 1) : 40L << 30);
    }
  }

  @Test
  void aRecordMayBeLargerThanFourGigabytesToTheIndex() {
    RecordIndex index = new RecordIndex();
    long[] places = {5, 9L << 30, (9L << 30) + 1, 30L << 30};
    for (long place : places) {
      index.add(place);
    }
    index.finish(31L << 30);
    assertThat(IntStream.range(0, 4).mapToLong(index::start))
        .containsExactly(5L, places[1], places[2], places[3]);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }
}
