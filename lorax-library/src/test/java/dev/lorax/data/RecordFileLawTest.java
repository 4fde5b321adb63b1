package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
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
