package dev.lorax.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class GrammarTest {
  private static String tell(String text) {
    return new Telling(Grammar.of(text), new Random(1)).know("day", "monday").tell("start");
  }

  @Test
  void aFactStaysAndAPronounFollowsFromIt() {
    String text =
        """
        # who
        [who: a, he]
        Mia / a girl / she

        [start]
        {n=who}{n} was {n.a}. {he} had {his} hat and saw {n.himself} on {Day}.
        """;
    assertThat(tell(text)).isEqualTo("Mia was a girl. She had her hat and saw herself on Monday.");
  }

  @Test
  void parenthesesChooseOnTheSpotAndNest() {
    assertThat(tell("[start]\n(a|a|a) (red (hat|hat)|red hat)(|).")).isEqualTo("A red hat.");
  }

  @Test
  void noAlternativeComesTwiceBeforeAllOthersCameOnce() {
    String told = tell("[start]\n{x} {x} {x}\n[x]\none\ntwo\nthree");
    assertThat(told.toLowerCase(Locale.ROOT).split(" "))
        .containsExactlyInAnyOrder("one", "two", "three");
  }

  @Test
  void proseIsPutRight() {
    assertThat(Prose.tidy("a owl  saw a one-eyed goat . it ran.<p>the end"))
        .isEqualTo("An owl saw a one-eyed goat. It ran.\n\nThe end");
  }

  @Test
  void mistakesInAGrammarAreNamed() {
    assertThatThrownBy(() -> tell("[start]\n{nobody}")).hasMessageContaining("{nobody}");
    assertThatThrownBy(() -> tell("[start]\n(a|b")).hasMessageContaining("not closed");
    assertThatThrownBy(() -> tell("[start]\nx {\n")).hasMessageContaining("not closed");
    assertThatThrownBy(() -> tell("[start]\na\n[start]\nb")).hasMessageContaining("twice");
    assertThatThrownBy(() -> tell("[start]\n{n=w}\n[w: a, b]\nx / y"))
        .hasMessageContaining("wants 3 columns");
    assertThatThrownBy(() -> tell("hello")).hasMessageContaining("starts with a [rule]");
    assertThatThrownBy(() -> Grammar.read("none.txt")).hasMessageContaining("none.txt");
  }

  @Test
  void everyRuleOfTheStoriesIsUsed() {
    assertThat(unreachable(Storyteller.grammar(), "story")).isEmpty();
  }

  static Set<String> unreachable(Grammar grammar, String... roots) {
    Set<String> unused = new HashSet<>(grammar.names());
    List<String> open = new ArrayList<>(List.of(roots));
    Predicate<String> isRule = grammar.names()::contains;
    while (!open.isEmpty()) {
      String name = open.remove(open.size() - 1);
      if (unused.remove(name)) {
        Matcher reference =
            Pattern.compile("\\{(?:\\w+=)?([^}]+)}")
                .matcher(String.join("\n", grammar.rule(name).lines()));
        reference
            .results()
            .map(r -> r.group(1))
            .map(Prose::decapitalise)
            .filter(isRule)
            .forEach(open::add);
      }
    }
    return unused;
  }
}
