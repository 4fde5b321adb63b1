package dev.lorax.cli.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One walk through a {@link Grammar}, with the facts that stay the same from its first sentence to
 * its last.
 *
 * <p>A telling does not use an alternative twice before it has used all others of that rule, so two
 * friends never share a name and a story does not repeat a sentence.
 */
final class Telling {
  private static final Map<String, List<String>> PRONOUNS =
      Map.of("she", List.of("her", "her", "herself"), "he", List.of("him", "his", "himself"));

  private final Grammar grammar;
  private final Random random;
  private final Map<String, String> facts = new HashMap<>();
  private final Map<String, List<String>> unused = new HashMap<>();

  Telling(Grammar grammar, Random random) {
    this.grammar = grammar;
    this.random = random;
  }

  /** Makes a fact known: {@code {name}} now stands for {@code value}. */
  Telling know(String name, String value) {
    facts.put(name, value);
    return this;
  }

  /** Returns what is known under that name, or null. */
  String fact(String name) {
    return facts.get(name);
  }

  /** Expands a rule to finished prose. */
  String tell(String rule) {
    return Prose.tidy(expand(pick(grammar.rule(rule))));
  }

  private String expand(String text) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '{') {
        int end = text.indexOf('}', at);
        if (end < 0) {
          throw new IllegalArgumentException("A brace is not closed in: " + text);
        }
        out.append(refer(text.substring(at + 1, end)));
        at = end;
      } else if (c == '(') {
        List<Integer> bars = bars(text, at);
        int chosen = random.nextInt(bars.size() - 1);
        out.append(expand(text.substring(bars.get(chosen) + 1, bars.get(chosen + 1))));
        at = bars.get(bars.size() - 1);
      } else {
        out.append(c);
      }
      at++;
    }
    return out.toString();
  }

  /** The positions of the parenthesis at {@code open}, its own bars, and its closing one. */
  private static List<Integer> bars(String text, int open) {
    List<Integer> bars = new ArrayList<>(List.of(open));
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth == 0 || (depth == 1 && c == '|')) {
        bars.add(i);
      }
      if (depth == 0) {
        return bars;
      }
    }
    throw new IllegalArgumentException("A parenthesis is not closed in: " + text);
  }

  private String refer(String name) {
    int equals = name.indexOf('=');
    if (equals > 0) {
      bind(name.substring(0, equals), grammar.rule(name.substring(equals + 1)));
      return "";
    }
    if (Character.isUpperCase(name.charAt(0))) {
      return Prose.capitalise(refer(Prose.decapitalise(name)));
    }
    // {he} alone is the hero's pronoun.
    String fact = facts.getOrDefault(name, facts.get("n." + name));
    return fact != null ? fact : expand(pick(grammar.rule(name)));
  }

  private void bind(String name, Grammar.Rule rule) {
    String[] fields = pick(rule).split(" / ");
    if (fields.length != rule.columns().size() + 1) {
      throw new IllegalArgumentException(
          "[" + rule.name() + "] wants " + (rule.columns().size() + 1) + " columns: " + fields[0]);
    }
    facts.put(name, expand(fields[0]));
    for (int i = 1; i < fields.length; i++) {
      facts.put(name + "." + rule.columns().get(i - 1), expand(fields[i]));
    }
    List<String> forms = PRONOUNS.get(facts.getOrDefault(name + ".he", ""));
    if (forms != null) {
      facts.put(name + ".him", forms.get(0));
      facts.put(name + ".his", forms.get(1));
      facts.put(name + ".himself", forms.get(2));
    }
  }

  private String pick(Grammar.Rule rule) {
    List<String> lines = unused.computeIfAbsent(rule.name(), name -> new ArrayList<>());
    if (lines.isEmpty()) {
      lines.addAll(rule.lines());
    }
    return lines.remove(random.nextInt(lines.size()));
  }
}
