package dev.lorax.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The hand-written phrases that a text is made of: named rules, each a list of alternatives.
 *
 * <p>A grammar is a plain text file, so that a writer can add to it without reading Java:
 *
 * <pre>
 * # a comment
 * [greeting]                       a rule; each line below is one alternative
 * "(Hello|Good morning), {n}!"     (a|b) chooses on the spot, {n} is a fact or another rule
 * [heroes: a, he]                  a table; its columns are set apart by " / "
 * Mia / a little girl / she        {n=heroes} makes a line known: {n}, {n.a}, {n.he}
 * </pre>
 *
 * <p>{@link Telling} walks a grammar; this class only holds it.
 */
final class Grammar {
  private final Map<String, Rule> rules = new LinkedHashMap<>();

  /** One rule: its name, the columns after the first if it is a table, and its alternatives. */
  record Rule(String name, List<String> columns, List<String> lines) {}

  private Grammar() {}

  /** Reads the named resources of this package into one grammar. */
  static Grammar read(String... resources) {
    Grammar grammar = new Grammar();
    for (String resource : resources) {
      try (InputStream in = Grammar.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new IllegalArgumentException("No grammar " + resource + " beside " + Grammar.class);
        }
        grammar.add(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read the grammar " + resource, e);
      }
    }
    return grammar;
  }

  /** Reads a grammar from its text. */
  static Grammar of(String text) {
    Grammar grammar = new Grammar();
    try {
      grammar.add(new BufferedReader(new StringReader(text)));
    } catch (IOException e) {
      throw new UncheckedIOException("A text cannot fail to be read", e);
    }
    return grammar;
  }

  private void add(BufferedReader lines) throws IOException {
    Rule rule = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String text = line.strip();
      if (text.startsWith("[")) {
        rule = open(text.substring(1, text.length() - 1));
      } else if (!text.isEmpty() && !text.startsWith("#")) {
        if (rule == null) {
          throw new IllegalArgumentException("A grammar starts with a [rule], not with: " + text);
        }
        rule.lines().add(text);
      }
    }
  }

  private Rule open(String header) {
    String[] parts = header.split(":\\s*");
    List<String> columns = parts.length == 1 ? List.of() : List.of(parts[1].split(",\\s*"));
    Rule rule = new Rule(parts[0], columns, new ArrayList<>());
    if (rules.put(rule.name(), rule) != null) {
      throw new IllegalArgumentException("The rule [" + rule.name() + "] is written twice");
    }
    return rule;
  }

  /**
   * Returns the rule of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  Rule rule(String name) {
    Rule rule = rules.get(name);
    if (rule == null) {
      throw new IllegalArgumentException("No rule or fact is called {" + name + "}");
    }
    return rule;
  }

  /** Returns the names of all rules, in the order in which they were read. */
  Set<String> names() {
    return rules.keySet();
  }
}
