package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class StopStringsLawTest {
  @Property
  void howTheTextIsCutIntoPiecesMakesNoDifference(
      @ForAll("pieces") List<String> pieces, @ForAll("stops") List<String> stops) {
    StopStrings filter = new StopStrings(stops);
    StringBuilder given = new StringBuilder();
    for (String piece : pieces) {
      given.append(filter.next(piece));
    }
    given.append(filter.finish());
    assertThat(given.toString()).isEqualTo(cutByHand(String.join("", pieces), stops));
  }

  @Property
  void nothingIsHeldBackButTheBeginningOfAStopString(
      @ForAll("pieces") List<String> pieces, @ForAll("stops") List<String> stops) {
    StopStrings filter = new StopStrings(stops);
    String all = "";
    String given = "";
    for (String piece : pieces) {
      all += piece;
      given += filter.next(piece);
      String held = all.substring(given.length());
      if (filter.isFound()) {
        return;
      }
      assertThat(held.isEmpty() || stops.stream().anyMatch(stop -> stop.startsWith(held))).isTrue();
    }
  }

  /** Letter by letter: the first letter that completes a stop string ends the text. */
  private static String cutByHand(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String soFar = text.substring(0, end);
      int longest = stops.stream().filter(soFar::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return soFar.substring(0, end - longest);
      }
    }
    return text;
  }

  @Test
  void aStopStringMayBeginInsideWhatLookedLikeAnother() {
    StopStrings filter = new StopStrings(List.of("aab"));
    assertThat(filter.next("xaa")).isEqualTo("x");
    assertThat(filter.next("a")).isEqualTo("a");
    assertThat(filter.next("b")).isEmpty();
    assertThat(filter.isFound()).isTrue();
    assertThat(filter.next("more")).isEmpty();
    assertThat(filter.finish()).isEmpty();
  }

  @Provide
  Arbitrary<List<String>> pieces() {
    return Arbitraries.strings().withChars('a', 'b').ofMaxLength(3).list().ofMaxSize(8);
  }

  @Provide
  Arbitrary<List<String>> stops() {
    return Arbitraries.strings()
        .withChars('a', 'b')
        .ofMinLength(1)
        .ofMaxLength(5)
        .list()
        .ofMaxSize(3);
  }
}
